import type { Memory } from './worker-process.ts';

/** Loaded before a program that knows nothing of it: tells the parent, whenever it asks, how much memory is in use. */
process.on('message', () => {
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  process.send?.({ nowMb: process.memoryUsage.rss() / 1e6, peakMb: peakBytes / 1e6 } satisfies Memory);
});
// The questions must not keep the program alive when it wants to end.
process.channel?.unref();
