"""Places, modifies, cancels and reconciles with unmodified ib_async against the TWS simulator and prints what it saw.

TWS_PORT and TWS_CONTROL say where the simulator is. Exits with 1 at the first thing that is not as TWS has it.
"""

import importlib.metadata
import json
import os
import urllib.request

from ib_async import IB, ComboLeg, Contract, ExecutionFilter, LimitOrder, MarketOrder, Option, Stock, StopOrder

PORT = int(os.environ["TWS_PORT"])
CONTROL = os.environ["TWS_CONTROL"]


def say(text):
    print(f"ib_async   {text}", flush=True)


def require(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: {what}")


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(f"{CONTROL}/_control/{path}", data=data) as answer:
        return json.loads(answer.read())


def wait(ib, condition, what):
    for _ in range(200):
        if condition():
            return
        ib.sleep(0.05)
    raise SystemExit(f"FAILED: {what}")


def life(trade):
    return " -> ".join(entry.status for entry in trade.log if entry.status)


def place_modify_cancel(ib, stock):
    order = LimitOrder("BUY", 100, 100.0, orderRef="py/modify", tif="GTC")
    trade = ib.placeOrder(stock, order)
    wait(ib, lambda: trade.orderStatus.status == "Submitted", "the limit order works")
    order.lmtPrice = 101.5
    ib.placeOrder(stock, order)
    wait(ib, lambda: any(t.order.lmtPrice == 101.5 for t in ib.openTrades()), "the limit was changed")
    ib.cancelOrder(order)
    wait(ib, lambda: trade.orderStatus.status == "Cancelled", "the order is cancelled")
    say(f"modify     permId {trade.order.permId}: {life(trade)}")


def fill(ib, stock):
    trade = ib.placeOrder(stock, MarketOrder("BUY", 100, orderRef="py/market"))
    wait(ib, lambda: trade.isDone() and trade.fills and trade.fills[0].commissionReport.execId, "the order is filled")
    one = trade.fills[0]
    say(f"market     {one.execution.side} {one.execution.shares} at {one.execution.price}, commission {one.commissionReport.commission}: {life(trade)}")


def bracket(ib, stock):
    parent, profit, loss = ib.bracketOrder("BUY", 100, 100.0, 150.0, 90.0)
    trades = [ib.placeOrder(stock, order) for order in (parent, profit, loss)]
    wait(ib, lambda: trades[0].orderStatus.status == "Submitted", "the entry works")
    require(all(t.orderStatus.status == "PreSubmitted" for t in trades[1:]), "the children wait")
    control("price", {"symbol": "AAPL", "bid": "99.99", "ask": "100", "last": "100"})
    wait(ib, lambda: trades[0].orderStatus.status == "Filled", "the entry is filled")
    control("price", {"symbol": "AAPL", "bid": "150", "ask": "150.01", "last": "150"})
    wait(ib, lambda: trades[1].orderStatus.status == "Filled", "the profit is taken")
    wait(ib, lambda: trades[2].orderStatus.status == "Cancelled", "the stop is gone")
    for name, trade in zip(("entry", "profit", "stop"), trades):
        say(f"bracket    {name}: {life(trade)}")


def combination(ib):
    legs = [Option("AAPL", "20210219", strike, "C", "SMART") for strike in (150, 160)]
    ib.qualifyContracts(*legs)
    bag = Contract(symbol="AAPL", secType="BAG", exchange="SMART", currency="USD")
    bag.comboLegs = [
        ComboLeg(conId=leg.conId, ratio=1, action=action, exchange="SMART") for leg, action in zip(legs, ("BUY", "SELL"))
    ]
    trade = ib.placeOrder(bag, LimitOrder("BUY", 2, 10.0, orderRef="py/combo"))
    wait(ib, lambda: trade.orderStatus.status == "Filled" and len(trade.fills) == 3, "the combination is filled")
    say("combo      " + ", ".join(f"{f.contract.secType} {f.execution.side} {f.execution.shares} at {f.execution.price}" for f in trade.fills))


def main():
    print("SIMULATED: ib_async", importlib.metadata.version("ib_async"))
    ib = IB()
    errors = []
    ib.errorEvent += lambda request, code, message, contract: errors.append(code)
    ib.connect("127.0.0.1", PORT, clientId=21, timeout=20)
    say(f"connected  server version {ib.client.serverVersion()}, accounts {ib.managedAccounts()}")
    stock = Stock("AAPL", "SMART", "USD")
    ib.qualifyContracts(stock)
    say(f"qualified  {stock.symbol} conId {stock.conId}")
    [ticker] = ib.reqTickers(stock)
    say(f"quote      {ticker.bid} / {ticker.ask}")
    bars = ib.reqHistoricalData(stock, "", "5 D", "1 day", "TRADES", True)
    say(f"history    {len(bars)} bars to {bars[-1].date}")
    margin = ib.whatIfOrder(stock, MarketOrder("BUY", 100))
    say(f"what-if    initial margin {margin.initMarginChange}, commission {margin.commission}")
    place_modify_cancel(ib, stock)
    fill(ib, stock)
    bracket(ib, stock)
    combination(ib)
    live = ib.placeOrder(stock, StopOrder("SELL", 100, 90.0, orderRef="py/live", tif="GTC"))
    wait(ib, lambda: live.orderStatus.status == "PreSubmitted", "the stop waits")
    ib.disconnect()

    ib = IB()
    ib.connect("127.0.0.1", PORT, clientId=21, timeout=20)
    opened = [t.order.orderRef for t in ib.reqAllOpenOrders()]
    completed = ib.reqCompletedOrders(False)
    executions = ib.reqExecutions(ExecutionFilter())
    positions = {p.contract.localSymbol or p.contract.symbol: p.position for p in ib.positions()}
    truth = control("ledger")
    say(f"reconciled {opened} open, {len(completed)} completed, {len(executions)} executions, positions {positions}")
    require(opened == ["py/live"], "one order is open")
    require(len(completed) == sum(1 for o in truth["orders"] if o["endedAt"]), "every completed order is told")
    require({f.execution.execId for f in executions} == {e["execId"] for e in truth["executions"]}, "every execution is told")
    held = {p["localSymbol"]: float(p["quantity"]) for p in truth["positions"] if float(p["quantity"])}
    require(positions == held, f"positions {positions} are {held}")
    say(f"errors     {sorted(set(errors) - {2104, 2106, 2158})} (202 tells a cancel)")
    ib.disconnect()


if __name__ == "__main__":
    main()
