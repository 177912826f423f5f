import Fastify, { type FastifyInstance } from 'fastify';
import { parseBody } from '../../control/request-body.ts';
import { contractFor, type Desk, quoteFrom } from '../session/desk.ts';
import { faultSchema } from './faults.ts';
import { cancelByHand, placeByHand } from './hand-orders.ts';
import { ledgerOf } from './ledger.ts';
import {
  connectionsSchema,
  connectivitySchema,
  daySchema,
  fillsSchema,
  handCancelSchema,
  handOrderSchema,
  nextOrderIdSchema,
  priceSchema,
  strayExecutionSchema,
} from './schemas.ts';
import { tellStrayExecution } from './stray-executions.ts';

const CONNECTIVITY: Readonly<Record<1100 | 1101 | 1102, string>> = {
  1100: 'Connectivity between IBKR and Trader Workstation has been lost.',
  1101: 'Connectivity between IBKR and Trader Workstation has been restored - data lost.',
  1102: 'Connectivity between IBKR and Trader Workstation has been restored - data maintained.',
};

/** What a bad control request is answered with. */
class BadRequest extends Error {
  readonly statusCode = 400;
}

function badRequest(problems: string): BadRequest {
  return new BadRequest(problems);
}

/** `/_control`: the simulator's truth, its market, its faults and what people do at the broker. JSON throughout. */
export function createControlApp(desk: Desk): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body.toString() === '' ? {} : JSON.parse(body.toString()));
    } catch {
      done(new BadRequest('the body is not JSON'));
    }
  });
  addViews(app, desk);
  addFaults(app, desk);
  addMarket(app, desk);
  addBroker(app, desk);
  app.post('/_control/reset', async () => {
    await desk.reset();
    return { reset: true };
  });
  return app;
}

function addViews(app: FastifyInstance, desk: Desk): void {
  app.get('/_control/ledger', async () => ledgerOf(desk));
  app.get('/_control/state', async () => ({
    simulated: true,
    day: desk.quotes.day,
    isCutOff: desk.isCutOff,
    faults: desk.faults.list(),
    connections: [...desk.connections].map(({ clientId, version, isSilent }) => ({ clientId, version, isSilent })),
  }));
}

function addFaults(app: FastifyInstance, desk: Desk): void {
  app.get('/_control/faults', async () => ({ faults: desk.faults.list() }));
  app.post('/_control/faults', async ({ body }) => {
    desk.faults.arm(parseBody(faultSchema, body, badRequest));
    return { faults: desk.faults.list() };
  });
  app.delete('/_control/faults', async () => {
    desk.faults.disarmAll();
    desk.exchange.forgetLimits();
    return { faults: [] };
  });
  app.post('/_control/fills', async ({ body }) => {
    const { quantity, times } = parseBody(fillsSchema, body, badRequest);
    desk.exchange.limitNextFill(quantity, times);
    return { quantity, times };
  });
  app.post('/_control/stray-executions', async ({ body }) =>
    tellStrayExecution(desk, parseBody(strayExecutionSchema, body, badRequest)),
  );
  app.post('/_control/connections', async ({ body }) => {
    const { action, clientId } = parseBody(connectionsSchema, body, badRequest);
    const hit = [...desk.connections].filter((one) => clientId === undefined || one.clientId === clientId);
    for (const connection of hit) {
      if (action === 'disconnect') connection.breakOff();
      else connection.isSilent = true;
    }
    return { connections: hit.length };
  });
  app.post('/_control/connectivity', async ({ body }) => {
    const { code } = parseBody(connectivitySchema, body, badRequest);
    desk.isCutOff = code === 1100;
    for (const connection of desk.connections) {
      // 1101 says that subscriptions are lost: the client has to ask for its data again.
      if (code === 1101) connection.subscriptions.marketData.clear();
      if (connection.clientId !== null) connection.error(-1, code, CONNECTIVITY[code]);
    }
    return { isCutOff: desk.isCutOff };
  });
  app.post('/_control/next-order-id', async ({ body }) => {
    const wanted = parseBody(nextOrderIdSchema, body, badRequest);
    const next = 'to' in wanted ? wanted.to : Math.max(1, desk.store.counters.nextOrderId - wanted.back);
    desk.step(() => desk.store.setCounters({ nextOrderId: next }));
    return { nextOrderId: next };
  });
}

function addMarket(app: FastifyInstance, desk: Desk): void {
  app.post('/_control/price', async ({ body }) => {
    const { symbol, conId, bid, ask, last, bidSize, askSize } = parseBody(priceSchema, body, badRequest);
    const contract = contractFor(desk, {
      ...(symbol === undefined ? {} : { symbol }),
      ...(conId === undefined ? {} : { conId }),
    });
    if (contract === null) throw new BadRequest(`no contract with id ${conId}`);
    const quote = quoteFrom({
      ...(bid === undefined ? {} : { bid }),
      ...(ask === undefined ? {} : { ask }),
      ...(last === undefined ? {} : { last }),
      ...(bidSize === undefined ? {} : { bidSize }),
      ...(askSize === undefined ? {} : { askSize }),
    });
    await desk.setPrice(contract, quote);
    return { conId: contract.conId, ...quote };
  });
  app.post('/_control/day', async ({ body }) => {
    await desk.turnTo(parseBody(daySchema, body, badRequest).day);
    return { day: desk.quotes.day };
  });
}

function addBroker(app: FastifyInstance, desk: Desk): void {
  app.post('/_control/hand-orders', async ({ body }) => {
    const order = await placeByHand(desk, parseBody(handOrderSchema, body, badRequest));
    if (order === null) throw new BadRequest('the order was refused');
    return order;
  });
  app.post('/_control/hand-cancels', async ({ body }) => ({
    cancelled: cancelByHand(desk, parseBody(handCancelSchema, body, badRequest).permId),
  }));
}
