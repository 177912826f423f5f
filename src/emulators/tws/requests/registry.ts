import * as account from './account.ts';
import * as contracts from './contracts.ts';
import * as history from './history.ts';
import * as marketData from './market-data.ts';
import * as orders from './orders.ts';
import type { Handler } from './request.ts';
import * as session from './session.ts';

/** What the simulator answers, by message id. */
export const HANDLERS: Readonly<Record<string, Handler>> = {
  '1': marketData.marketData,
  '2': marketData.cancelMarketData,
  '3': orders.placeOrder,
  '4': orders.cancelOrder,
  '5': orders.openOrders,
  '6': account.accountUpdates,
  '7': orders.executions,
  '8': session.nextIds,
  '9': contracts.contractDetails,
  '14': session.ignored,
  '15': orders.autoOpenOrders,
  '16': orders.allOpenOrders,
  '17': session.managedAccounts,
  '20': history.history,
  '25': history.cancelHistory,
  '49': session.currentTime,
  '58': orders.globalCancel,
  '59': marketData.marketDataType,
  '61': account.positions,
  '62': account.accountSummary,
  '63': account.cancelAccountSummary,
  '64': account.cancelPositions,
  '76': account.accountUpdatesMulti,
  '77': session.ignored,
  '78': contracts.optionParameters,
  '81': contracts.matchingSymbols,
  '87': history.headTimestamp,
  '90': history.cancelHistory,
  '91': contracts.marketRule,
  '92': account.profits,
  '93': account.cancelProfits,
  '94': account.profitsOfContract,
  '95': account.cancelProfits,
  '99': orders.completedOrders,
};
