/**
 * Numbers of TWS's error message. The same message carries refusals, answers to cancels, and mere information, so that
 * only the number says what happened.
 */
export const TwsCode = {
  /** Whatever is wrong with a question for history; only the text says what. */
  historyFailed: 162,
  noSuchContract: 200,
  orderRejected: 201,
  orderCancelled: 202,
  securityNotAllowed: 203,
  clientIdInUse: 326,
  brokerLost: 1100,
  brokerBackDataLost: 1101,
  brokerBack: 1102,
  /** Like 1100, told to a client that connects while the gateway is without its broker. */
  brokerBroken: 2110,
} as const;

/** Answers to a cancel; none of them says that an order was refused. */
const ABOUT_CANCEL = new Set<number>([161, TwsCode.orderCancelled, 10147, 10148]);
/** The cancel came too late or there is nothing to cancel: the order is over. */
const OVER_ALREADY = new Set([161, 10147, 10148]);
/** Refusals that may also come after the broker had shown the order as working. */
const LATE_REFUSALS = new Set<number>([TwsCode.orderRejected, TwsCode.securityNotAllowed]);
/** Held until the market opens, shares being located, delayed data shown instead, a preset applied: nothing was refused. */
const WARNINGS = new Set([399, 404, 10090, 10167, 10311, 10349]);

/** Says nothing about the order or request that it names; what is said of connectivity proves nothing either. */
export function isWarning(code: number): boolean {
  return WARNINGS.has(code) || (code >= 1100 && code < 1400) || (code >= 2100 && code < 2200);
}

/** The gateway is without its broker. */
export function saysBrokerLost(code: number): boolean {
  return code === TwsCode.brokerLost || code === TwsCode.brokerBroken;
}

export function saysBrokerBack(code: number): boolean {
  return code === TwsCode.brokerBack || code === TwsCode.brokerBackDataLost;
}

export function isAboutCancel(code: number): boolean {
  return ABOUT_CANCEL.has(code);
}

export function saysOverAlready(code: number): boolean {
  return OVER_ALREADY.has(code);
}

export function isLateRefusal(code: number): boolean {
  return LATE_REFUSALS.has(code);
}
