import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { SearchAttributeType } from '@temporalio/common';
import protocol, { type temporal } from '@temporalio/proto';
import { FoliosError } from '../../contracts/errors.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';

// A CommonJS package whose names Node cannot list: only its default import carries values.
const { IndexedValueType } = protocol.temporal.api.enums.v1;
const USABLE_TIMEOUT_MS = 30_000;

/**
 * Registers our search attributes on the namespace and waits until the server takes them in a query; does nothing where
 * they exist. TEMPORAL_UNREACHABLE with the commands to run where this account may not register them.
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const keys = Object.values(SEARCH_ATTRIBUTES);
  const existing = await registered(connection, namespace);
  const wrong = keys.filter(
    ({ name }) => name in existing && existing[name] !== IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  );
  if (wrong.length > 0) {
    const names = wrong.map(({ name }) => name).join(', ');
    throw notPermitted(namespace, names, 'they exist with another type than Keyword; remove them first');
  }
  const missing = keys.filter(({ name }) => !(name in existing));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, indexedType(type)]));
  const names = missing.map(({ name }) => name).join(', ');
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (cause) {
    const { code, details, message } = cause as { code?: number; details?: string; message: string };
    // Another process registered them a moment ago.
    if (code !== ALREADY_EXISTS) throw notPermitted(namespace, names, details ?? message, cause);
  }
  await waitUntilUsable(connection, namespace);
}

const ALREADY_EXISTS = 6;

function indexedType(type: SearchAttributeType): temporal.api.enums.v1.IndexedValueType {
  if (type !== SearchAttributeType.KEYWORD)
    throw new FoliosError('INTERNAL', `no mapping for search attribute type ${type}`);
  return IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
}

async function registered(connection: Connection, namespace: string): Promise<Readonly<Record<string, number>>> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return customAttributes ?? {};
  } catch (cause) {
    // Temporal Cloud does not offer the operator service: a query tells just as well whether they are there.
    if (await isUsable(connection, namespace))
      return Object.fromEntries(
        Object.values(SEARCH_ATTRIBUTES).map(({ name }) => [name, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD]),
      );
    const names = Object.values(SEARCH_ATTRIBUTES)
      .map(({ name }) => name)
      .join(', ');
    throw notPermitted(namespace, names, (cause as Error).message, cause);
  }
}

/** A query that names them all is refused while the server does not know one of them. */
async function isUsable(connection: Connection, namespace: string): Promise<boolean> {
  const query = Object.values(SEARCH_ATTRIBUTES)
    .map(({ name }) => `${name} = 'folios'`)
    .join(' AND ');
  return await connection.workflowService.listWorkflowExecutions({ namespace, query, pageSize: 1 }).then(
    () => true,
    () => false,
  );
}

async function waitUntilUsable(connection: Connection, namespace: string): Promise<void> {
  const deadline = performance.now() + USABLE_TIMEOUT_MS;
  while (!(await isUsable(connection, namespace))) {
    if (performance.now() > deadline) {
      throw new FoliosError(
        'TEMPORAL_UNREACHABLE',
        `namespace "${namespace}" does not take the new search attributes`,
        {
          namespace,
        },
      );
    }
    await sleep(100);
  }
}

function notPermitted(namespace: string, names: string, reason: string, cause?: unknown): FoliosError {
  const commands = names
    .split(', ')
    .map((name) => `  temporal operator search-attribute create -n ${namespace} --name ${name} --type Keyword`);
  return new FoliosError(
    'TEMPORAL_UNREACHABLE',
    `the search attributes ${names} could not be registered on namespace "${namespace}" (${reason}). ` +
      `Someone who may has to do it once (in Temporal Cloud: in the namespace's settings):\n${commands.join('\n')}`,
    { namespace, names },
    { cause },
  );
}
