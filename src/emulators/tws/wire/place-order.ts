import { readContract, type WantedContract } from './contract-fields.ts';
import type { FieldReader } from './field-reader.ts';
import { LAYOUT, type OrderField, type OrderFields, readStretch } from './order-layout.ts';

/** A leg with all eight fields, as an order carries and gets it back. */
export interface OrderLeg {
  readonly conId: number;
  readonly ratio: number;
  readonly action: string;
  readonly exchange: string;
  readonly openClose: string;
  readonly shortSaleSlot: string;
  readonly designatedLocation: string;
  readonly exemptCode: string;
}

/** What an order says beside its plain fields. */
export interface OrderLists {
  readonly legs: readonly OrderLeg[];
  readonly legPrices: readonly string[];
  readonly smartRouting: readonly (readonly [string, string])[];
  readonly algoParams: readonly (readonly [string, string])[];
  /** Each condition as its fields stand on the wire. */
  readonly conditions: readonly (readonly string[])[];
}

/** Message 3 as a whole. */
export interface PlaceOrderMessage {
  readonly orderId: number;
  readonly contract: WantedContract;
  readonly fields: OrderFields;
  readonly lists: OrderLists;
}

/** Fields behind type and conjunction, by the condition's type. */
const CONDITION_LENGTHS: Readonly<Record<string, number>> = { '1': 5, '3': 2, '4': 2, '5': 3, '6': 4, '7': 4 };

/** Reads what follows the order id in message 3, as a client of `serverVersion` writes it. Throws where fields are missing, left over or no numbers. */
export function readPlaceOrder(reader: FieldReader, orderId: number, serverVersion: number): PlaceOrderMessage {
  const fields: Partial<Record<OrderField, string>> = {};
  const contract = readContract(reader);
  reader.values(2); // secIdType and secId
  readStretch(reader, LAYOUT.HEAD, fields);
  const isBag = contract.secType === 'BAG';
  const legs = isBag ? reader.list(() => readLeg(reader)) : [];
  const legPrices = isBag ? reader.list(() => reader.value()) : [];
  const smartRouting = isBag ? readTags(reader) : [];
  readStretch(reader, LAYOUT.AFTER_LEGS, fields);
  if (serverVersion < 177) fields.faProfile = reader.value();
  readStretch(reader, LAYOUT.ATTRIBUTES, fields);
  if (fields.deltaNeutralOrderType) readStretch(reader, LAYOUT.DELTA_NEUTRAL, fields);
  readStretch(reader, LAYOUT.TRAILING, fields);
  if (Number(fields.scalePriceIncrement) > 0) readStretch(reader, LAYOUT.SCALE, fields);
  readStretch(reader, LAYOUT.SCALE_TABLE, fields);
  if (fields.hedgeType) fields.hedgeParam = reader.value();
  readStretch(reader, LAYOUT.CLEARING, fields);
  fields.hasContractDelta = reader.flag() ? '1' : '0';
  if (fields.hasContractDelta === '1') readStretch(reader, LAYOUT.CONTRACT_DELTA, fields);
  fields.algoStrategy = reader.text();
  const algoParams = fields.algoStrategy ? readTags(reader) : [];
  readStretch(reader, LAYOUT.SWITCHES, fields);
  if (isPegBenchmark(fields.orderType)) readStretch(reader, LAYOUT.PEG_BENCHMARK, fields);
  const conditions = readConditions(reader, fields);
  readStretch(reader, LAYOUT.ADJUSTED, fields);
  readLateFields(reader, serverVersion, contract.exchange, fields);
  if (reader.remaining > 0) throw new Error(`${reader.remaining} fields too many`);
  // What is unset is left out: orders are kept with every step, and most of the hundred fields of most are empty.
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
  return { orderId, contract, fields: given, lists: { legs, legPrices, smartRouting, algoParams, conditions } };
}

export function isPegBenchmark(orderType: string | undefined): boolean {
  return orderType === 'PEG BENCH' || orderType === 'PEGBENCH';
}

function readLeg(reader: FieldReader): OrderLeg {
  return {
    conId: reader.int(),
    ratio: reader.int(),
    action: reader.text(),
    exchange: reader.text(),
    openClose: reader.value(),
    shortSaleSlot: reader.value(),
    designatedLocation: reader.text(),
    exemptCode: reader.value(),
  };
}

function readTags(reader: FieldReader): (readonly [string, string])[] {
  return reader.list(() => [reader.text(), reader.text()] as const);
}

function readConditions(reader: FieldReader, fields: Partial<Record<OrderField, string>>): string[][] {
  const conditions = reader.list(() => {
    const type = reader.text();
    const length = CONDITION_LENGTHS[type];
    if (length === undefined) throw new Error(`no condition of type ${type.slice(0, 40)}`);
    return [type, ...reader.values(1 + length)];
  });
  if (conditions.length > 0) readStretch(reader, ['conditionsIgnoreRth', 'conditionsCancelOrder'], fields);
  return conditions;
}

function readLateFields(
  reader: FieldReader,
  serverVersion: number,
  exchange: string,
  fields: Partial<Record<OrderField, string>>,
): void {
  const since: readonly [number, OrderField][] = [
    [158, 'duration'],
    [160, 'postToAts'],
    [162, 'autoCancelParent'],
    [166, 'advancedErrorOverride'],
    [169, 'manualOrderTime'],
  ];
  for (const [version, name] of since) if (serverVersion >= version) fields[name] = reader.value();
  if (serverVersion < 170) return;
  if (exchange === 'IBKRATS') fields.minTradeQty = reader.value();
  if (fields.orderType === 'PEG BEST' || fields.orderType === 'PEGBEST') {
    fields.minCompeteSize = reader.value();
    const offset = reader.text();
    fields.competeAgainstBestOffset = offset;
    // An infinite offset means "up to the middle", and only then the offsets from the middle follow.
    if (/inf/i.test(offset) || reader.remaining === 2)
      readStretch(reader, ['midOffsetAtWhole', 'midOffsetAtHalf'], fields);
  } else if (fields.orderType === 'PEG MID' || fields.orderType === 'PEGMID') {
    readStretch(reader, ['midOffsetAtWhole', 'midOffsetAtHalf'], fields);
  }
}
