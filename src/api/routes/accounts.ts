import { FoliosError } from '../../contracts/errors.ts';
import {
  accountPageSchema,
  accountParamsSchema,
  accountSchema,
  accountsQuerySchema,
  exposureSchema,
  openAccountSchema,
  openedAccountSchema,
  researchAccountsSchema,
} from '../../contracts/schemas/api/accounts.ts';
import { mayDo, type Principal, Scope } from '../../domain/access/principal.ts';
import type { OrderJournal } from '../../ports/order-journal.ts';
import type { PortfolioRepository, ResearchRepository } from '../../ports/repositories.ts';
import { BrokerName, type TradingAccount, type TradingAccounts } from '../../ports/trading-accounts.ts';
import { type OpenAccountPorts, openTradingAccount } from '../../service/open-account.ts';
import type { ApiApp } from '../api-app.ts';
import { type OwnedThingsPorts, ownedThings } from '../owned-things.ts';
import { pageOf } from '../paging.ts';

export interface AccountRoutePorts extends OwnedThingsPorts, OpenAccountPorts {
  readonly accounts: TradingAccounts;
  readonly research: Pick<ResearchRepository, 'findTask' | 'withLock'>;
  readonly portfolio: Pick<PortfolioRepository, 'listAccounts'>;
  readonly journal: Pick<OrderJournal, 'findTicket' | 'exposure'>;
}

/** Accounts: to look at, and to open. */
export async function accountRoutes(app: ApiApp, ports: AccountRoutePorts): Promise<void> {
  const shown = (account: TradingAccount) => ({
    ...account,
    simulated: account.broker === BrokerName.paper || ports.isIbkrSimulated,
  });
  addReads(app, ports, shown);
  app.post(
    '/accounts',
    {
      config: { access: 'trade', startsSomething: true },
      schema: {
        operationId: 'openAccount',
        tags: ['accounts'],
        summary: 'Open an account',
        description:
          'At the paper broker it becomes yours; the same again finds it as it is. One that Interactive Brokers keeps is opened by an admin.',
        body: openAccountSchema,
        response: { 200: openedAccountSchema },
      },
    },
    async ({ principal, body }) => {
      const { opened, account } = await open(ports, principal, {
        name: body.name,
        broker: body.broker,
        balanceUsd: body.balanceUsd ?? null,
        brokerAccount: body.brokerAccount ?? null,
        priceSource: body.priceSource ?? null,
        gateway: body.gateway ?? null,
        limits: body.limits,
      });
      return { opened, account: shown(account) };
    },
  );
}

type Shown = TradingAccount & { readonly simulated: boolean };

function addReads(app: ApiApp, ports: AccountRoutePorts, shown: (account: TradingAccount) => Shown): void {
  app.get(
    '/accounts',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listAccounts',
        tags: ['accounts'],
        summary: 'List accounts',
        description: 'By name; those of research strategies are among them.',
        querystring: accountsQuerySchema,
        response: { 200: accountPageSchema },
      },
    },
    async ({ principal, query }) => {
      const accounts = await (await ownedThings(ports, principal)).accounts();
      return pageOf(accounts.map(shown), ({ name }) => name, query);
    },
  );
  app.get(
    '/research-accounts',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listResearchAccounts',
        tags: ['accounts'],
        summary: 'List the accounts of research strategies',
        description: 'With the strategy and the provider that decide for each.',
        response: { 200: researchAccountsSchema },
      },
    },
    async ({ principal }) => {
      const { visible } = await ownedThings(ports, principal);
      const all = await ports.portfolio.listAccounts();
      return { items: all.filter(({ accountId }) => visible.accounts === null || visible.accounts.has(accountId)) };
    },
  );
  app.get(
    '/accounts/:account',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readAccount',
        tags: ['accounts'],
        summary: 'Show an account',
        description: 'Who keeps it, and the limits of its risk gate.',
        params: accountParamsSchema,
        response: { 200: accountSchema },
      },
    },
    async ({ principal, params }) => shown(await (await ownedThings(ports, principal)).account(params.account)),
  );
  app.get(
    '/accounts/:account/exposure',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readExposure',
        tags: ['accounts'],
        summary: 'What an account has and has under way',
        description: 'Cash and positions at their last marks, working orders, and whether it may trade.',
        params: accountParamsSchema,
        response: { 200: exposureSchema },
      },
    },
    async ({ principal, params }) => {
      const { accountId } = await (await ownedThings(ports, principal)).account(params.account);
      const exposure = await ports.journal.exposure(accountId, ports.now());
      const working = exposure.working.map((one) => ({ ...one, order: { ...one.order } }));
      return { ...exposure, positions: [...exposure.positions], working } as never;
    },
  );
}

/** One at a time for a name: of two who open it at once, one has it and the other hears that it is taken. */
async function open(
  ports: AccountRoutePorts,
  principal: Principal,
  wanted: Parameters<typeof openTradingAccount>[1],
): ReturnType<typeof openTradingAccount> {
  if (wanted.broker === BrokerName.ibkr && !mayDo(principal, Scope.admin)) {
    throw new FoliosError('ACCESS_DENIED', 'an account that Interactive Brokers keeps is opened by an admin');
  }
  return await ports.research.withLock(`account-name/${wanted.name}`, async () => {
    const { visible } = await ownedThings(ports, principal);
    const known = await ports.accounts.find(wanted.name);
    if (known && visible.accounts !== null && !visible.accounts.has(known.accountId)) throw taken(wanted.name);
    const result = await openTradingAccount(ports, wanted);
    const { userId } = principal;
    if (result.opened && userId !== null && !(await ports.ownership.claimAccount(result.account.accountId, userId))) {
      throw taken(wanted.name);
    }
    return result;
  });
}

function taken(name: string): FoliosError {
  return new FoliosError('NAME_TAKEN', `the account name "${name}" is taken`, { name });
}
