import { type ApiClient, foundOf } from '../../client/api-client.ts';
import { lineageSchema } from '../../contracts/schemas/api/lineage.ts';
import type { CliContext } from '../context.ts';
import { remotePort } from './only-here.ts';

type Access = Awaited<ReturnType<CliContext['lineage']>>;

/** Lineage through a server, which shows it; a bundle is written where the histories and the artifacts are. */
export function remoteLineage(api: ApiClient): CliContext['lineage'] {
  const reader = remotePort<Access['reader']>(
    {
      async read(id, runId) {
        const params = { path: { id }, query: runId === null ? {} : { runId } };
        const found = await foundOf(api.GET('/api/v1/lineage/execution/{id}', { params }));
        return found === null ? null : lineageSchema.parse(found);
      },
    },
    'exporting lineage',
  );
  return async () => ({ reader, artifacts: remotePort<Access['artifacts']>({}, 'exporting lineage') });
}
