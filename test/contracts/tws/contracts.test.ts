import { describe, expect, test } from '@jest/globals';
import { type Contract, type ContractDetails, OptionType, OrderType, SecType } from '@stoqey/ib';
import { orderOf, stock, withSimulator } from './running-simulator.ts';
import type { StoqeyClient } from './stoqey-client.ts';

let client: StoqeyClient;
withSimulator((suite) => {
  ({ client } = suite);
});

let nextRequest = 1_000_000;

/** What `reqContractDetails` finds, or its error code. */
async function details(contract: Contract): Promise<ContractDetails[] | number> {
  const requestId = nextRequest++;
  client.mark();
  client.ib.reqContractDetails(requestId, contract);
  const ofThis = (id: unknown): boolean => id === requestId;
  const refusal = await client.either(
    'contractDetailsEnd',
    'error',
    ([first, , third]) => ofThis(first) || ofThis(third),
  );
  if (refusal.name === 'error') return refusal.args[1] as number;
  return client.all('contractDetails').flatMap(([id, one]) => (ofThis(id as number) ? [one as ContractDetails] : []));
}

const option = (more: Partial<Contract> = {}): Contract => ({
  ...stock('AAPL'),
  secType: SecType.OPT,
  lastTradeDateOrContractMonth: '20210219',
  strike: 130,
  right: OptionType.Call,
  ...more,
});

describe('contract details', () => {
  test('of a share have its id, its step, its market rules and its hours', async () => {
    const found = (await details(stock('AAPL'))) as ContractDetails[];
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      minTick: 0.01,
      marketRuleIds: '26,26',
      validExchanges: 'SMART,NYSE',
      timeZoneId: 'US/Eastern',
    });
    const conId = found[0]?.contract.conId;
    expect(conId).toBeGreaterThan(0);
    expect(((await details({ conId: conId as number })) as ContractDetails[])[0]?.contract.symbol).toBe('AAPL');
    expect(found[0]?.tradingHours).toMatch(/^20210104:0930-20210104:1600;/);
  });

  test('of the index name the exchange that computes it, and nobody can order it', async () => {
    const index: Contract = { symbol: 'SPX', secType: SecType.IND, exchange: 'CBOE', currency: 'USD' };
    const found = (await details(index)) as ContractDetails[];
    expect(found).toMatchObject([{ validExchanges: 'CBOE', contract: { symbol: 'SPX', secType: 'IND' } }]);
    expect(await details({ ...index, symbol: 'NDX' })).toBe(200);
    client.mark();
    client.ib.placeOrder(1, { conId: found[0]?.contract.conId as number }, orderOf('BUY', OrderType.MKT));
    expect(await client.error(200)).toMatchObject({ id: 1 });
  });

  test('of an option name its underlying and its local symbol', async () => {
    const found = (await details(option())) as ContractDetails[];
    const share = (await details(stock('AAPL'))) as ContractDetails[];
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ underSymbol: 'AAPL', underSecType: 'STK', underConId: share[0]?.contract.conId });
    expect(found[0]?.contract).toMatchObject({
      localSymbol: 'AAPL  210219C00130000',
      multiplier: 100,
      right: 'C',
      strike: 130,
    });
    const byName = { secType: SecType.OPT, localSymbol: 'AAPL  210219C00130000', exchange: 'SMART', currency: 'USD' };
    expect(((await details(byName)) as ContractDetails[])[0]?.contract.conId).toBe(found[0]?.contract.conId);
  });

  test('of an open description are the whole chain', async () => {
    const { strike: _strike, ...open } = option();
    const found = (await details(open)) as ContractDetails[];
    expect(found.length).toBeGreaterThan(100);
    expect(new Set(found.map((one) => one.contract.conId)).size).toBe(found.length);
  });

  test.each<[string, Contract]>([
    ['a symbol that nobody knows', stock('NOSUCH')],
    ['a text that is no symbol', stock('A B;C')],
    ['another currency', { ...stock('AAPL'), currency: 'EUR' }],
    ['an option that has expired', option({ lastTradeDateOrContractMonth: '20201218' })],
    ['a day that is no expiration', option({ lastTradeDateOrContractMonth: '20210217' })],
    ['a strike that is not listed', option({ strike: 130.13 })],
    ['an id that nobody knows', { conId: 4711 }],
    ['a future', { ...stock('AAPL'), secType: SecType.FUT }],
  ])('of %s do not exist: error 200', async (_what, contract) => {
    expect(await details(contract)).toBe(200);
  });
});

describe('the lists of contracts', () => {
  test('symbols are found by their beginning', async () => {
    client.ib.reqMatchingSymbols(nextRequest, 'aa');
    const [, found] = await client.seen('symbolSamples', (id: number) => id === nextRequest);
    expect(found).toMatchObject([{ contract: { symbol: 'AAPL', secType: 'STK' }, derivativeSecTypes: ['OPT'] }]);
  });

  test('an option chain has its expirations and strikes', async () => {
    const requestId = nextRequest++;
    client.ib.reqSecDefOptParams(requestId, 'AAPL', '', SecType.STK, 0);
    const ofThis = (id: number): boolean => id === requestId;
    await client.seen('securityDefinitionOptionParameterEnd', ofThis);
    const [, exchange, , tradingClass, multiplier, expirations, strikes] = await client.seen(
      'securityDefinitionOptionParameter',
      ofThis,
    );
    expect([exchange, tradingClass, String(multiplier)]).toEqual(['SMART', 'AAPL', '100']);
    expect(expirations).toContain('20210219');
    expect(strikes).toContain(130);
  });

  test('a market rule has its steps, and an unknown one does not exist', async () => {
    client.ib.reqMarketRule(239);
    expect((await client.seen('marketRule'))[1]).toEqual([
      { lowEdge: 0, increment: 0.01 },
      { lowEdge: 3, increment: 0.05 },
    ]);
    client.ib.reqMarketRule(999);
    await client.seen('info', (_text: string, code: number) => code === 321);
  });
});
