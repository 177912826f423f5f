import { describe, expect, test } from '@jest/globals';
import type { AlertRecord, DeliveryRecord } from '../../ports/alerts.ts';
import type { BudgetStand, CostLine } from '../../ports/budgets.ts';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';

const alert = (end: string, more: Partial<AlertRecord> = {}): AlertRecord => ({
  ...{ alertId: `0198c0de-1111-7000-8000-0000${end}`, kind: 'order_rejected', severity: 'critical', count: 2 },
  ...{ subject: 'an order was rejected', text: 'too \u001b[31mlarge', strategyId: null, strategySlug: null },
  ...{ accountId: null, accountName: 'demo', workflowId: null, acknowledgedBy: null, acknowledgedAt: null },
  ...{ firstSeenAt: new Date('2026-03-02T11:00:00Z'), lastSeenAt: new Date('2026-03-02T11:30:00Z') },
  ...more,
});

const run = (world: FakeWorld, ...argv: string[]) => runCommand(argv, createFakeContext(world));

describe('folios alerts', () => {
  test('lists what nobody has seen, cleaned of what a terminal would obey', async () => {
    const world = emptyWorld();
    world.alerting.alerts = [alert('00000001'), alert('00000002', { acknowledgedAt: world.now, acknowledgedBy: 'bo' })];
    const { stdout } = await run(world, 'alerts');
    expect(stdout).toContain('00000001');
    expect(stdout).not.toContain('00000002');
    expect(stdout).not.toContain('\u001b');
    expect((await run(world, 'alerts', '--all')).stdout).toContain('00000002');
    expect((await run(emptyWorld(), 'alerts')).stdout).toBe('No open alerts.\n');
  });

  test('acknowledges by the end of an id, or all', async () => {
    const world = emptyWorld();
    world.alerting.alerts = [alert('00000001'), alert('00000002'), alert('10000002')];
    expect((await run(world, 'alerts', 'acknowledge', '00000001')).stdout).toBe('Acknowledged: 1.\n');
    expect(world.alerting.alerts[0]).toMatchObject({ acknowledgedBy: 'ada' });
    expect((await run(world, 'alerts', 'acknowledge', '0000002')).stderr).toContain('more than one');
    expect((await run(world, 'alerts', 'acknowledge')).stderr).toContain('--all');
    expect((await run(world, 'alerts', 'acknowledge', '--all')).stdout).toBe('Acknowledged: 2.\n');
  });

  test('a critical one shows in status until somebody has seen it', async () => {
    const world = emptyWorld();
    world.alerting.alerts = [alert('00000001')];
    expect((await run(world, 'status')).stdout).toContain('1 critical alert nobody has acknowledged');
  });
});

describe('folios notifications', () => {
  test('adds channels whose secrets are references, and refuses a secret that is typed', async () => {
    const world = emptyWorld();
    const add = (...argv: string[]) => run(world, 'notifications', 'add', ...argv);
    await add('ops', '--webhook', 'https://hooks.example.com/x', '--secret', 'env:NOTIFY_S', '--quiet', '22:00-07:00');
    await add(
      'mail',
      '--smtp',
      'mail.example.com:465',
      '--from',
      'a@example.com',
      '--to',
      'b@example.com,c@example.com',
    );
    expect(world.alerting.channels.map(({ name, settings, quietHours }) => ({ name, settings, quietHours }))).toEqual([
      {
        name: 'ops',
        settings: { kind: 'webhook', url: 'https://hooks.example.com/x', secret: 'env:NOTIFY_S' },
        quietHours: { from: '22:00', to: '07:00', timeZone: 'UTC' },
      },
      {
        name: 'mail',
        settings: {
          ...{ kind: 'email', host: 'mail.example.com', port: 465, security: 'tls', from: 'a@example.com' },
          to: ['b@example.com', 'c@example.com'],
        },
        quietHours: null,
      },
    ]);
    const typed = await add('bad', '--slack', 'https://hooks.slack.com/services/T0/B0/secret');
    expect(typed.stderr).toContain('settings.url: must be env:NOTIFY_NAME');
    const credentials = await add('bad', '--webhook', 'https://me:pass@example.com/', '--secret', 'env:NOTIFY_S');
    expect(credentials.stderr).toContain('INPUT_INVALID');
    expect((await add('bad', '--slack', 'env:NOTIFY_A', '--telegram', 'env:NOTIFY_B')).stderr).toContain('give one of');
    const zone = ['--quiet', '22:00-07:00', '--time-zone', 'Mars/Olympus'];
    expect((await add('bad', '--slack', 'env:NOTIFY_A', ...zone)).stderr).toContain('IANA');
    expect((await add('bad', '--slack', 'env:NOTIFY_A', '--events', 'nonsense')).stderr).toContain('rules.kinds.0');
    expect(world.alerting.channels).toHaveLength(2);
    expect((await run(world, 'notifications', 'channels')).stdout).toContain('22:00–07:00 UTC');
    expect((await run(world, 'notifications', 'remove', 'ops')).stderr).toContain('CONFIRMATION_REQUIRED');
    await run(world, 'notifications', 'remove', 'ops', '--yes');
    expect(world.alerting.channels.map(({ name }) => name)).toEqual(['mail']);
  });

  test('a test says what the channel said', async () => {
    const world = emptyWorld();
    await run(world, 'notifications', 'add', 'ops', '--slack', 'env:NOTIFY_S');
    const delivery: DeliveryRecord = {
      ...{ alertId: 'a', channelId: 'c', state: 'waiting', plannedAt: world.now, toldCount: 0, attempts: 1 },
      ...{ lastError: 'the channel answered with HTTP status 503', sentAt: null },
    };
    world.alerting.delivery = delivery;
    const failed = await run(world, 'notifications', 'test', 'ops');
    expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('503') });
    world.alerting.delivery = { ...delivery, state: 'sent', lastError: null };
    expect((await run(world, 'notifications', 'test', 'ops')).stdout).toBe('ops took it.\n');
  });
});

describe('folios costs and budgets', () => {
  const line: CostLine = {
    ...{ day: '2026-03-02', strategyId: 's', strategySlug: 'dreman', provider: 'openai', mode: 'batch', calls: 3 },
    ...{ model: 'made-up', simulated: true, inputTokens: 12_000, cachedInputTokens: 0, outputTokens: 900 },
    ...{ costUsd: '0.2475', fallbackPricedCalls: 3 },
  };
  const stand: BudgetStand = {
    ...{ strategyId: null, strategySlug: null, day: '2026-03-02', dailyUsd: '1', spentUsd: '0.5' },
    ...{ reservedUsd: '0.45', setBy: 'ada', setAt: new Date('2026-03-01T00:00:00Z') },
  };

  test('costs are summed, and models without a price are named', async () => {
    const world = emptyWorld();
    world.alerting.costs = [line];
    const { stdout } = await run(world, 'costs', '--days', '7');
    expect(stdout).toContain('openai (emulated)');
    expect(stdout).toContain('counted at the fallback (*): made-up');
    expect((await run(emptyWorld(), 'costs')).stdout).toMatch(/^No calls since/);
    expect((await run(world, 'costs', '--strategy', 'nobody')).stderr).toContain('STRATEGY_NOT_FOUND');
  });

  test('a budget is set, shown, and told in status when it is nearly taken', async () => {
    const world = emptyWorld();
    world.alerting.budgets = [stand];
    expect((await run(world, 'budget', 'set', '5')).stdout).toBe('The budget of the whole service is $5 a UTC day.\n');
    expect((await run(world, 'budget', 'set', 'none')).stdout).toContain('is lifted');
    expect(world.alerting.set).toMatchObject([{ strategyId: null, dailyUsd: '5', setBy: 'ada' }, { dailyUsd: null }]);
    for (const bad of ['-1', '1e3', 'NaN', '', '1.1234567']) {
      expect((await run(world, 'budget', 'set', '--', bad)).stderr).toContain('INPUT_INVALID');
    }
    expect((await run(world, 'budget', 'show')).stdout).toContain('the whole service');
    expect((await run(world, 'status')).stdout).toContain('model budget of the whole service, $1, is taken');
  });
});
