import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../factories/wait-for.ts';
import { type Person, type ResourceStand, startResourceStand } from './resource-stand.ts';

interface Event {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A client of the stream that keeps what it heard. */
function listen(url: string, token: string, lastEventId: string | null = null) {
  const events: Event[] = [];
  const abort = new AbortController();
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'text/event-stream',
    ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
  };
  const over = (async () => {
    const answer = await fetch(`${url}/api/v1/events`, { headers, signal: abort.signal });
    if (answer.status !== 200 || answer.body === null) return answer.status;
    let text = '';
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      events.push(...blocks.flatMap(parse));
    }
    return answer.status;
  })().catch(() => 0);
  return { events, over, end: () => abort.abort() };
}

function parse(block: string): Event[] {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const [id, event] = [field('id'), field('event')];
  return id === undefined || event === undefined ? [] : [{ id, event, data: JSON.parse(field('data') ?? '{}') }];
}

describe('the stream of events', () => {
  let stand: ResourceStand;
  let ada: Person;
  let bob: Person;

  beforeAll(async () => {
    stand = await startResourceStand();
    [ada, bob] = [await stand.person('ada', 'trader'), await stand.person('bob', 'trader')];
    const body = { name: 'demo', broker: 'paper', balanceUsd: '100000', limits: {} } as const;
    await ada.client.POST('/api/v1/accounts', { body });
  });
  afterAll(() => stand.close());

  async function place(quantity: string): Promise<string> {
    const order = {
      ...{ tradable: { kind: 'stock', symbol: 'KO' }, side: 'BUY', quantity, type: 'MARKET', timeInForce: 'DAY' },
    } as never;
    const { data } = await ada.client.POST('/api/v1/tickets', {
      params: { query: { waitSeconds: 10 } },
      body: { account: 'demo', ticket: { kind: 'single', order } },
    });
    return data?.ticketId ?? '';
  }
  const isFilled = (ticketId: string) => (one: Event) => one.data.ticketId === ticketId && one.data.state === 'FILLED';

  test('tells an order’s whole way, its fill and the position, to its owner alone', async () => {
    const [hers, his] = [listen(stand.url, ada.token), listen(stand.url, bob.token)];
    await waitFor('both listen', async () => hers.events.length > 0 && his.events.length > 0);
    const ticketId = await place('10');
    await waitFor('the fill is told', async () => hers.events.some(isFilled(ticketId)));
    await waitFor('the position is told', async () => hers.events.some(({ event }) => event === 'position'));
    const states = hers.events.filter(({ event }) => event === 'order').map(({ data }) => data.state);
    expect(states[0]).toBe('PENDING');
    expect(states.at(-1)).toBe('FILLED');
    expect(hers.events.find(({ event }) => event === 'execution')?.data).toMatchObject({
      symbol: 'KO',
      quantity: '10',
    });
    expect(his.events.map(({ event }) => event)).toEqual(['ready']);
    hers.end();
    his.end();
  });

  test('goes on after the last event that was seen, without a gap and without a repetition', async () => {
    const whole = listen(stand.url, ada.token);
    const first = listen(stand.url, ada.token);
    await waitFor('both listen', async () => whole.events.length > 0 && first.events.length > 0);
    const one = await place('1');
    await waitFor('the first is told', async () => first.events.some(isFilled(one)));
    first.end();
    const seen = first.events.at(-1)?.id ?? '';
    const two = await place('2');
    const again = listen(stand.url, ada.token, seen);
    const three = await place('3');
    await waitFor('all is told', async () => [whole, again].every(({ events }) => events.some(isFilled(three))));
    const ids = (events: readonly Event[]) => events.filter(({ event }) => event !== 'ready').map(({ id }) => id);
    const after = ids(whole.events).slice(ids(whole.events).indexOf(seen) + 1);
    const heard = ids(again.events);
    const shared = Math.min(after.length, heard.length);
    expect(heard.slice(0, shared)).toEqual(after.slice(0, shared));
    expect(again.events.some(isFilled(two))).toBe(true);
    expect(new Set(heard).size).toBe(heard.length);
    whole.end();
    again.end();
  });

  test('says where older events are forgotten, and refuses what is no event’s id', async () => {
    const forged = listen(stand.url, ada.token, '99999999999-1');
    await waitFor('it answers', async () => forged.events.length > 0);
    expect(forged.events[0]?.event).toBe('reset');
    forged.end();
    expect(await listen(stand.url, ada.token, 'x; drop table').over).toBe(400);
    expect(await listen(stand.url, 'fol_forged').over).toBe(401);
  });

  test('200 clients hear everything', async () => {
    const clients = Array.from({ length: 200 }, () => listen(stand.url, ada.token));
    await waitFor('all listen', async () => clients.every(({ events }) => events.length > 0));
    const ticketId = await place('4');
    await waitFor('all are told', async () => clients.every(({ events }) => events.some(isFilled(ticketId))));
    for (const { end } of clients) end();
  });
});
