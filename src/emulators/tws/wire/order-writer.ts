import { dec } from '../../../domain/money/decimal.ts';
import type { SimOrder, WhatIfMargin } from '../book/sim-order.ts';
import { contractFields } from './contract-fields.ts';
import { LAYOUT, type OrderField } from './order-layout.ts';
import { isPegBenchmark } from './place-order.ts';
import { timeText } from './time-text.ts';

/** Fields that a client reads as whole numbers or switches and that must not be empty. */
const ZERO_WHEN_UNSET: ReadonlySet<string> = new Set([
  'origin',
  'outsideRth',
  'hidden',
  'discretionaryAmt',
  'shortSaleSlot',
  'auctionStrategy',
  'blockOrder',
  'sweepToFill',
  'allOrNone',
  'eTradeOnly',
  'firmQuoteOnly',
  'triggerMethod',
  'volatilityType',
  'dnConId',
  'dnShortSale',
  'dnShortSaleSlot',
  'continuousUpdate',
  'referencePriceType',
  'scaleAutoReset',
  'scaleRandomPercent',
  'optOutSmartRouting',
  'notHeld',
  'solicited',
  'randomizeSize',
  'randomizePrice',
  'pegRefConId',
  'pegDecrease',
  'pegChange',
  'pegRefChange',
  'conditionsIgnoreRth',
  'conditionsCancelOrder',
  'adjustableTrailingUnit',
  'dontUseAutoPriceForHedge',
  'isOmsContainer',
  'discretionaryUpToLimitPrice',
  'usePriceMgmtAlgo',
  'autoCancelParent',
  'contractDeltaConId',
  'contractDelta',
  'contractDeltaPrice',
]);

function valuesOf(order: SimOrder, ...names: OrderField[]): string[] {
  return names.map((name) => order.fields[name] || (ZERO_WHEN_UNSET.has(name) ? '0' : ''));
}

/** What an open order says beside itself. */
export interface OpenOrderView {
  /** 0 without a parent. */
  readonly parentOrderId: number;
  /** Only in the answer to a what-if. */
  readonly margin: WhatIfMargin | null;
}

/** Message 5, as a client of `version` reads it. */
export function openOrderFields(order: SimOrder, { parentOrderId, margin }: OpenOrderView, version: number): string[] {
  return [
    '5',
    String(order.orderId),
    ...mainFields(order),
    String(order.clientId),
    String(order.permId),
    ...valuesOf(order, 'outsideRth', 'hidden', 'discretionaryAmt', 'goodAfterTime'),
    '', // the shares allocation that no longer exists
    ...valuesOf(order, 'faGroup', 'faMethod', 'faPercentage'),
    ...(version < 177 ? valuesOf(order, 'faProfile') : []),
    ...valuesOf(order, 'modelCode', 'goodTillDate', 'rule80A', 'percentOffset'),
    ...valuesOf(order, 'settlingFirm', 'shortSaleSlot', 'designatedLocation'),
    order.fields.exemptCode || '-1',
    ...valuesOf(order, 'auctionStrategy', 'startingPrice', 'stockRefPrice', 'delta', 'stockRangeLower'),
    ...valuesOf(order, 'stockRangeUpper', 'displaySize', 'blockOrder', 'sweepToFill', 'allOrNone', 'minQty'),
    order.ocaType || '3',
    ...valuesOf(order, 'eTradeOnly', 'firmQuoteOnly', 'nbboPriceCap'),
    String(parentOrderId),
    ...valuesOf(order, 'triggerMethod'),
    ...volatilityFields(order, LAYOUT.DELTA_NEUTRAL),
    ...trailFields(order),
    '', // basis points
    '', // and their type
    ...legFields(order),
    ...scaleFields(order),
    ...hedgeFields(order),
    ...valuesOf(order, 'optOutSmartRouting', 'clearingAccount', 'clearingIntent', 'notHeld'),
    ...deltaFields(order),
    ...algoFields(order),
    ...valuesOf(order, 'solicited'),
    ...stateFields(order, margin),
    ...valuesOf(order, 'randomizeSize', 'randomizePrice'),
    ...(isPegBenchmark(order.fields.orderType) ? valuesOf(order, ...LAYOUT.PEG_BENCHMARK) : []),
    ...conditionFields(order),
    ...valuesOf(order, 'adjustedOrderType', 'triggerPrice'),
    order.trailStop ?? '',
    ...valuesOf(order, 'lmtPriceOffset', 'adjustedStopPrice', 'adjustedStopLimitPrice', 'adjustedTrailingAmount'),
    ...valuesOf(order, 'adjustableTrailingUnit', 'softDollarName', 'softDollarValue'),
    '', // the soft dollar tier's display name
    ...valuesOf(order, 'cashQty', 'dontUseAutoPriceForHedge', 'isOmsContainer', 'discretionaryUpToLimitPrice'),
    ...valuesOf(order, 'usePriceMgmtAlgo'),
    ...(version >= 158 ? valuesOf(order, 'duration') : []),
    ...(version >= 160 ? valuesOf(order, 'postToAts') : []),
    ...(version >= 162 ? valuesOf(order, 'autoCancelParent') : []),
    ...(version >= 170 ? pegFields(order) : []),
  ];
}

/** Message 101: an order that is over, as a client of `version` reads it. It carries no order id and no client id. */
export function completedOrderFields(order: SimOrder, version: number): string[] {
  return [
    '101',
    ...mainFields(order),
    String(order.permId),
    ...valuesOf(order, 'outsideRth', 'hidden', 'discretionaryAmt', 'goodAfterTime', 'faGroup', 'faMethod'),
    ...valuesOf(order, 'faPercentage'),
    ...(version < 177 ? valuesOf(order, 'faProfile') : []),
    ...valuesOf(order, 'modelCode', 'goodTillDate', 'rule80A', 'percentOffset', 'settlingFirm'),
    ...valuesOf(order, 'shortSaleSlot', 'designatedLocation'),
    order.fields.exemptCode || '-1',
    ...valuesOf(order, 'startingPrice', 'stockRefPrice', 'delta', 'stockRangeLower', 'stockRangeUpper'),
    ...valuesOf(order, 'displaySize', 'sweepToFill', 'allOrNone', 'minQty'),
    order.ocaType || '3',
    ...valuesOf(order, 'triggerMethod'),
    ...volatilityFields(order, ['dnConId', 'dnShortSale', 'dnShortSaleSlot', 'dnDesignatedLocation']),
    ...trailFields(order),
    ...legFields(order),
    ...scaleFields(order),
    ...hedgeFields(order),
    ...valuesOf(order, 'clearingAccount', 'clearingIntent', 'notHeld'),
    ...deltaFields(order),
    ...algoFields(order),
    ...valuesOf(order, 'solicited'),
    order.status,
    ...valuesOf(order, 'randomizeSize', 'randomizePrice'),
    ...(isPegBenchmark(order.fields.orderType) ? valuesOf(order, ...LAYOUT.PEG_BENCHMARK) : []),
    ...conditionFields(order),
    order.trailStop ?? '',
    ...valuesOf(order, 'lmtPriceOffset', 'cashQty', 'dontUseAutoPriceForHedge', 'isOmsContainer'),
    '', // auto cancel date
    order.filled,
    '0', // reference futures contract
    ...valuesOf(order, 'autoCancelParent'),
    '', // shareholder
    '0', // imbalance only
    '0', // route marketable to BBO
    String(order.parentPermId ?? 0),
    order.endedAt === null ? '' : timeText(new Date(order.endedAt)),
    order.endReason ?? '',
    ...(version >= 170 ? pegFields(order) : []),
  ];
}

function mainFields(order: SimOrder): string[] {
  return [
    ...contractFields(order.contract),
    ...valuesOf(order, 'action'),
    order.quantity,
    ...valuesOf(order, 'orderType', 'lmtPrice', 'auxPrice', 'tif'),
    order.ocaGroup,
    order.account,
    ...valuesOf(order, 'openClose', 'origin', 'orderRef'),
  ];
}

function volatilityFields(order: SimOrder, deltaNeutral: readonly OrderField[]): string[] {
  return [
    ...valuesOf(order, 'volatility', 'volatilityType', 'deltaNeutralOrderType', 'deltaNeutralAuxPrice'),
    ...(order.fields.deltaNeutralOrderType ? valuesOf(order, ...deltaNeutral) : []),
    ...valuesOf(order, 'continuousUpdate', 'referencePriceType'),
  ];
}

function trailFields(order: SimOrder): string[] {
  return [order.trailStop ?? order.fields.trailStopPrice ?? '', ...valuesOf(order, 'trailingPercent')];
}

function legFields(order: SimOrder): string[] {
  const { legs, legPrices, smartRouting } = order.lists;
  const description = legs.map((leg) => `${leg.conId}|${leg.action === 'SELL' ? -leg.ratio : leg.ratio}`).join(',');
  return [
    description,
    String(legs.length),
    ...legs.flatMap((leg) => [
      String(leg.conId),
      String(leg.ratio),
      leg.action,
      leg.exchange,
      leg.openClose || '0',
      leg.shortSaleSlot || '0',
      leg.designatedLocation,
      leg.exemptCode || '-1',
    ]),
    String(legPrices.length),
    ...legPrices,
    String(smartRouting.length),
    ...smartRouting.flat(),
  ];
}

function scaleFields(order: SimOrder): string[] {
  const increment = order.fields.scalePriceIncrement;
  const scaled = increment !== undefined && increment !== '' && dec(increment).gt(0);
  return [
    ...valuesOf(order, 'scaleInitLevelSize', 'scaleSubsLevelSize', 'scalePriceIncrement'),
    ...(scaled ? valuesOf(order, ...LAYOUT.SCALE) : []),
  ];
}

function hedgeFields(order: SimOrder): string[] {
  return order.fields.hedgeType ? valuesOf(order, 'hedgeType', 'hedgeParam') : [''];
}

function deltaFields(order: SimOrder): string[] {
  return order.fields.hasContractDelta === '1' ? ['1', ...valuesOf(order, ...LAYOUT.CONTRACT_DELTA)] : ['0'];
}

function algoFields(order: SimOrder): string[] {
  const { algoParams } = order.lists;
  const strategy = order.fields.algoStrategy ?? '';
  return strategy === '' ? [''] : [strategy, String(algoParams.length), ...algoParams.flat()];
}

function stateFields(order: SimOrder, margin: WhatIfMargin | null): string[] {
  if (margin === null) return ['0', order.status, ...Array.from({ length: 12 }, () => ''), '', ''];
  const change = (before: string, after: string): string => dec(after).minus(before).toFixed(2);
  return [
    '1',
    order.status,
    margin.initialBefore,
    margin.maintenanceBefore,
    margin.equityBefore,
    change(margin.initialBefore, margin.initialAfter),
    change(margin.maintenanceBefore, margin.maintenanceAfter),
    change(margin.equityBefore, margin.equityAfter),
    margin.initialAfter,
    margin.maintenanceAfter,
    margin.equityAfter,
    margin.commission,
    '', // least commission
    '', // and largest
    'USD',
    '', // warning
  ];
}

function conditionFields(order: SimOrder): string[] {
  const { conditions } = order.lists;
  if (conditions.length === 0) return ['0'];
  return [
    String(conditions.length),
    ...conditions.flat(),
    ...valuesOf(order, 'conditionsIgnoreRth', 'conditionsCancelOrder'),
  ];
}

function pegFields(order: SimOrder): string[] {
  return valuesOf(
    order,
    'minTradeQty',
    'minCompeteSize',
    'competeAgainstBestOffset',
    'midOffsetAtWhole',
    'midOffsetAtHalf',
  );
}
