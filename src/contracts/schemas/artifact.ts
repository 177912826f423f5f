import { z } from 'zod';

/** Where a stored artifact is and what it must hash to; the only form in which large content travels. */
export const artifactRefSchema = z.strictObject({
  /** `artifacts/<request>/<task>/<name>`, relative to the store. */
  uri: z.string().min(1).max(500),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
  mediaType: z.string().min(1),
});
export type ArtifactRef = z.infer<typeof artifactRefSchema>;
