import type { FieldReader } from './field-reader.ts';

/** Order fields in the order in which a client sends them, in the stretches that nothing variable interrupts. */
const HEAD = [
  'action',
  'totalQuantity',
  'orderType',
  'lmtPrice',
  'auxPrice',
  'tif',
  'ocaGroup',
  'account',
  'openClose',
  'origin',
  'orderRef',
  'transmit',
  'parentId',
  'blockOrder',
  'sweepToFill',
  'displaySize',
  'triggerMethod',
  'outsideRth',
  'hidden',
] as const;
const AFTER_LEGS = [
  'sharesAllocation',
  'discretionaryAmt',
  'goodAfterTime',
  'goodTillDate',
  'faGroup',
  'faMethod',
  'faPercentage',
] as const;
const ATTRIBUTES = [
  'modelCode',
  'shortSaleSlot',
  'designatedLocation',
  'exemptCode',
  'ocaType',
  'rule80A',
  'settlingFirm',
  'allOrNone',
  'minQty',
  'percentOffset',
  'eTradeOnly',
  'firmQuoteOnly',
  'nbboPriceCap',
  'auctionStrategy',
  'startingPrice',
  'stockRefPrice',
  'delta',
  'stockRangeLower',
  'stockRangeUpper',
  'overridePercentageConstraints',
  'volatility',
  'volatilityType',
  'deltaNeutralOrderType',
  'deltaNeutralAuxPrice',
] as const;
const DELTA_NEUTRAL = [
  'dnConId',
  'dnSettlingFirm',
  'dnClearingAccount',
  'dnClearingIntent',
  'dnOpenClose',
  'dnShortSale',
  'dnShortSaleSlot',
  'dnDesignatedLocation',
] as const;
const TRAILING = [
  'continuousUpdate',
  'referencePriceType',
  'trailStopPrice',
  'trailingPercent',
  'scaleInitLevelSize',
  'scaleSubsLevelSize',
  'scalePriceIncrement',
] as const;
const SCALE = [
  'scalePriceAdjustValue',
  'scalePriceAdjustInterval',
  'scaleProfitOffset',
  'scaleAutoReset',
  'scaleInitPosition',
  'scaleInitFillQty',
  'scaleRandomPercent',
] as const;
const SCALE_TABLE = ['scaleTable', 'activeStartTime', 'activeStopTime', 'hedgeType'] as const;
const CLEARING = ['optOutSmartRouting', 'clearingAccount', 'clearingIntent', 'notHeld'] as const;
const CONTRACT_DELTA = ['contractDeltaConId', 'contractDelta', 'contractDeltaPrice'] as const;
const SWITCHES = ['algoId', 'whatIf', 'orderMiscOptions', 'solicited', 'randomizeSize', 'randomizePrice'] as const;
const PEG_BENCHMARK = ['pegRefConId', 'pegDecrease', 'pegChange', 'pegRefChange', 'pegRefExchange'] as const;
const ADJUSTED = [
  'adjustedOrderType',
  'triggerPrice',
  'lmtPriceOffset',
  'adjustedStopPrice',
  'adjustedStopLimitPrice',
  'adjustedTrailingAmount',
  'adjustableTrailingUnit',
  'extOperator',
  'softDollarName',
  'softDollarValue',
  'cashQty',
  'mifid2DecisionMaker',
  'mifid2DecisionAlgo',
  'mifid2ExecutionTrader',
  'mifid2ExecutionAlgo',
  'dontUseAutoPriceForHedge',
  'isOmsContainer',
  'discretionaryUpToLimitPrice',
  'usePriceMgmtAlgo',
] as const;

export type OrderField =
  | (
      | typeof HEAD
      | typeof AFTER_LEGS
      | typeof ATTRIBUTES
      | typeof DELTA_NEUTRAL
      | typeof TRAILING
      | typeof SCALE
      | typeof SCALE_TABLE
      | typeof CLEARING
      | typeof CONTRACT_DELTA
      | typeof SWITCHES
      | typeof PEG_BENCHMARK
      | typeof ADJUSTED
    )[number]
  | 'faProfile'
  | 'hedgeParam'
  | 'hasContractDelta'
  | 'algoStrategy'
  | 'conditionsIgnoreRth'
  | 'conditionsCancelOrder'
  | 'duration'
  | 'postToAts'
  | 'autoCancelParent'
  | 'advancedErrorOverride'
  | 'manualOrderTime'
  | 'minTradeQty'
  | 'minCompeteSize'
  | 'competeAgainstBestOffset'
  | 'midOffsetAtWhole'
  | 'midOffsetAtHalf';

/** The plain fields of an order by name; unset is the empty text or no entry. */
export type OrderFields = Readonly<Partial<Record<OrderField, string>>>;

export const LAYOUT = {
  HEAD,
  AFTER_LEGS,
  ATTRIBUTES,
  DELTA_NEUTRAL,
  TRAILING,
  SCALE,
  SCALE_TABLE,
  CLEARING,
  CONTRACT_DELTA,
  SWITCHES,
  PEG_BENCHMARK,
  ADJUSTED,
};

/** Reads a stretch of fields into `into`. */
export function readStretch(
  reader: FieldReader,
  names: readonly OrderField[],
  into: Partial<Record<OrderField, string>>,
): void {
  for (const name of names) into[name] = reader.value();
}
