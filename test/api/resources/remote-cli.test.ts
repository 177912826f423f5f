import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CliContext } from '../../../src/cli/context.ts';
import { remoteContext } from '../../../src/cli/remote/remote-context.ts';
import { runCommand } from '../../../src/cli/testing/run-command.ts';
import { createApiClient } from '../../../src/client/api-client.ts';
import { cliContext } from '../../../src/main/cli-context.ts';
import { type Person, type ResourceStand, startResourceStand } from './resource-stand.ts';

describe('the command line on a server', () => {
  let stand: ResourceStand;
  let local: CliContext;
  let remote: CliContext;
  let admin: Person;
  const TICKET = '0198c0de-7777-4000-8000-000000000001';

  beforeAll(async () => {
    stand = await startResourceStand();
    admin = await stand.person('ada', 'admin');
    const { config, services, client } = stand.harness;
    local = cliContext(config, services, { client });
    remote = await remoteContext(admin.client, local.parseStrategyFile);
    // What a command does is done by one of the two; what it shows is compared.
    await ok(remote, ['account', 'open', 'demo', '--balance', '100000']);
    const placed = ['order', 'place', '--account', 'demo', '--buy', '10', 'KO', '--id', TICKET, '--yes'];
    expect((await ok(remote, placed)).stdout).toContain('FILLED');
    await ok(remote, ['enqueue', '--strategy', 'dreman-contrarian', '--providers', 'openai', '--hold']);
    await ok(remote, ['pause', '--account', 'demo', '--reason', 'lunch']);
  });
  afterAll(() => stand.close());

  async function ok(context: CliContext, argv: readonly string[]) {
    const run = await runCommand(argv, context);
    if (run.exitCode !== 0) throw new Error(`${argv.join(' ')}: ${run.stderr}`);
    return run;
  }

  /** Ages grow between the two calls. */
  const withoutAges = (text: string) => text.replace(/\d+ (s|m|h|d)\b/g, '').replace(/ +/g, ' ');

  test.each([
    ['strategies'],
    ['strategy show dreman-contrarian'],
    ['plan'],
    ['accounts'],
    ['orders'],
    ['orders --account demo --state filled --symbol KO'],
    ['orders --kept'],
    ['positions'],
    ['portfolio'],
    ['portfolio --account demo'],
    ['pnl --account demo --lots'],
    ['pnl'],
    ['clock'],
    ['compare'],
    ['status'],
    ['recommendations'],
    ['urls'],
  ])('%s prints the same there and here', async (line) => {
    const [here, there] = [await ok(local, line.split(' ')), await ok(remote, line.split(' '))];
    expect(withoutAges(there.stdout)).toBe(withoutAges(here.stdout));
    expect(there.stderr).toBe(here.stderr);
    const json = [...line.split(' '), '--json'];
    const [document, remoteDocument] = [await ok(local, json), await ok(remote, json)];
    expect(JSON.parse(remoteDocument.stdout)).toEqual(JSON.parse(document.stdout));
  });

  test('an order’s life and its ticket are the same', async () => {
    const [order] = await remote.orders.listOrders({ ticketId: TICKET });
    const argv = ['order', 'show', order?.orderId ?? ''];
    expect((await ok(remote, argv)).stdout).toBe((await ok(local, argv)).stdout);
    expect((await ok(remote, argv)).stdout).toContain('KO');
  });

  test('the clock moves and portfolios are marked, an order is cancelled, the account is flattened', async () => {
    const moved = await ok(remote, ['clock', 'advance', '2020-12-31']);
    expect(moved.stdout).toContain('to 2020-12-31');
    expect(moved.stdout).toContain('demo');
    expect((await ok(local, ['clock'])).stdout).toContain('2020-12-31');
    await ok(remote, ['resume', '--account', 'demo', '--yes']);
    const id = '0198c0de-7777-4000-8000-000000000002';
    await ok(remote, [
      'order',
      'place',
      '--account',
      'demo',
      '--buy',
      '5',
      'KO',
      '--limit',
      '45.00',
      '--id',
      id,
      '--yes',
    ]);
    const [order] = await local.orders.listOrders({ ticketId: id });
    await ok(remote, ['order', 'modify', order?.orderId ?? '', '--limit', '46.00']);
    expect((await ok(remote, ['order', 'cancel', order?.orderId ?? '', '--yes'])).stdout).toContain('CANCELLED');
    expect((await ok(remote, ['flatten', '--account', 'demo', '--yes'])).stdout).toContain('demo is flat.');
    expect((await ok(local, ['positions'])).stdout).toContain('No open positions.');
  });

  test('errors keep their code and words', async () => {
    for (const argv of [
      ['order', 'show', '0198c0de-0000-4000-8000-000000000009'],
      ['strategy', 'show', 'no-such-thing'],
      ['order', 'place', '--account', 'demo', '--buy', '10', 'KO', '--id', TICKET, '--limit', '1.00', '--yes'],
      ['status', '--task', '0198c0de-0000-4000-8000-000000000009'],
    ]) {
      const [here, there] = [await runCommand(argv, local), await runCommand(argv, remote)];
      expect(there).toEqual(here);
      expect(there.exitCode).toBe(1);
    }
  });

  test('what no route does says where it works', async () => {
    const { stderr, exitCode } = await runCommand(['users', 'list'], remote);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('cannot be done with --server');
  });

  test('a server that is not there, a token that is none, an address that is none', async () => {
    const connect = (server: string, token: string | null) =>
      Promise.resolve().then(() => remoteContext(createApiClient({ server, token }), local.parseStrategyFile));
    await expect(connect('http://127.0.0.1:1', null)).rejects.toMatchObject({ code: 'STACK_NOT_RUNNING' });
    await expect(connect(stand.url, 'fol_forged')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    for (const address of ['ftp://folios.example', 'folios', 'http://user:secret@folios.example']) {
      await expect(connect(address, null)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    }
  });
});
