"""Places, modifies, cancels and reconciles with an unmodified ibapi against the TWS simulator and prints what it saw.

TWS_PORT and TWS_CONTROL say where the simulator is. Exits with 1 at the first thing that is not as TWS has it.
"""

import json
import os
import threading
import time
import urllib.request

import ibapi
from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

try:
    from ibapi.order_cancel import OrderCancel
except ImportError:  # before 10.30 a cancel had no terms of its own
    OrderCancel = None

PORT = int(os.environ["TWS_PORT"])
CONTROL = os.environ["TWS_CONTROL"]


def say(text):
    print(f"ibapi      {text}", flush=True)


def require(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: {what}")


def wait(condition, what):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise SystemExit(f"FAILED: {what}")


class Client(EWrapper, EClient):
    def __init__(self):
        EClient.__init__(self, self)
        self.nextId = None
        self.contracts = []
        self.orders = {}
        self.statuses = {}
        self.executions = {}
        self.commissions = {}
        self.completed = []
        self.held = {}
        self.ends = set()
        self.errors = []

    def nextValidId(self, orderId):
        self.nextId = orderId

    def error(self, *args):
        codes = [one for one in args if isinstance(one, int)]
        self.errors.append((codes[0], codes[-1]))

    def contractDetails(self, reqId, contractDetails):
        self.contracts.append(contractDetails)

    def contractDetailsEnd(self, reqId):
        self.ends.add("contracts")

    def openOrder(self, orderId, contract, order, orderState):
        self.orders[orderId] = (contract, order, orderState.status)

    def openOrderEnd(self):
        self.ends.add("orders")

    def orderStatus(self, orderId, status, *rest):
        self.statuses.setdefault(orderId, []).append(status)

    def execDetails(self, reqId, contract, execution):
        self.executions[execution.execId] = execution

    def execDetailsEnd(self, reqId):
        self.ends.add("executions")

    def commissionReport(self, report):
        self.commissions[report.execId] = report.commission

    def commissionAndFeesReport(self, report):
        self.commissions[report.execId] = report.commissionAndFees

    def completedOrder(self, contract, order, orderState):
        self.completed.append((order.permId, orderState.status))

    def completedOrdersEnd(self):
        self.ends.add("completed")

    def position(self, account, contract, position, avgCost):
        self.held[contract.localSymbol] = float(position)

    def positionEnd(self):
        self.ends.add("positions")


def connect():
    client = Client()
    client.connect("127.0.0.1", PORT, 22)
    threading.Thread(target=client.run, daemon=True).start()
    wait(lambda: client.nextId is not None, "the session begins")
    return client


def leave(client):
    """The socket stays until the reading thread has let go of it, and with it the client id."""
    reader = client.reader
    client.disconnect()
    reader.join()


def ask(client, what, request):
    client.ends.discard(what)
    request()
    wait(lambda: what in client.ends, f"the end of {what}")


def limit(action, quantity, price, ref):
    order = Order()
    order.action, order.totalQuantity, order.orderType, order.lmtPrice = action, quantity, "LMT", price
    order.orderRef, order.tif, order.transmit = ref, "GTC", True
    return order


def main():
    print("SIMULATED: ibapi", ibapi.get_version_string())
    client = connect()
    say(f"connected  server version {client.serverVersion()}, next order id {client.nextId}")
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = "KO", "STK", "SMART", "USD"
    ask(client, "contracts", lambda: client.reqContractDetails(1_000_001, contract))
    say(f"qualified  {contract.symbol} conId {client.contracts[0].contract.conId}, step {client.contracts[0].minTick}")

    first = client.nextId
    client.placeOrder(first, contract, limit("BUY", 100, 40.0, "official/modify"))
    wait(lambda: "Submitted" in client.statuses.get(first, []), "the limit order works")
    client.placeOrder(first, contract, limit("BUY", 100, 41.5, "official/modify"))
    wait(lambda: client.orders[first][1].lmtPrice == 41.5, "the limit was changed")
    client.cancelOrder(first, *([] if OrderCancel is None else [OrderCancel()]))
    wait(lambda: "Cancelled" in client.statuses[first], "the order is cancelled")
    say(f"modify     permId {client.orders[first][1].permId}: {' -> '.join(client.statuses[first])}")

    second = first + 1
    market = limit("BUY", 100, 0.0, "official/market")
    market.orderType, market.lmtPrice = "MKT", Order().lmtPrice
    client.placeOrder(second, contract, market)
    wait(lambda: "Filled" in client.statuses.get(second, []) and client.commissions, "the order is filled")
    fills = [one for one in client.executions.values() if one.orderId == second]
    say(f"market     {fills[0].side} {fills[0].shares} at {fills[0].price}, commission {client.commissions[fills[0].execId]}: {' -> '.join(client.statuses[second])}")

    third = first + 2
    client.placeOrder(third, contract, limit("SELL", 100, 90.0, "official/live"))
    wait(lambda: "Submitted" in client.statuses.get(third, []), "the last order works")
    leave(client)

    client = connect()
    ask(client, "orders", client.reqOpenOrders)
    ask(client, "completed", lambda: client.reqCompletedOrders(True))
    ask(client, "executions", lambda: client.reqExecutions(1_000_002, ExecutionFilter()))
    ask(client, "positions", client.reqPositions)
    truth = json.loads(urllib.request.urlopen(f"{CONTROL}/_control/ledger").read())
    opened = [order.orderRef for _, order, _ in client.orders.values()]
    say(f"reconciled {opened} open, {len(client.completed)} completed, {len(client.executions)} executions, positions {client.held}")
    require(opened == ["official/live"], "one order is open")
    require(len(client.completed) == sum(1 for one in truth["orders"] if one["endedAt"]), "every completed order is told")
    require(set(client.executions) == {one["execId"] for one in truth["executions"]}, "every execution is told")
    held = {one["localSymbol"]: float(one["quantity"]) for one in truth["positions"] if float(one["quantity"])}
    require(client.held == held, f"positions {client.held} are {held}")
    leave(client)


if __name__ == "__main__":
    main()
