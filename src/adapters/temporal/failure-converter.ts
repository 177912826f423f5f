import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Moves messages and stack traces of failures into payloads, so that the codec encrypts them too. Named by its path:
 * clients, workers and the workflow bundle each load it in their own realm.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
