import type { Figure } from '../figure.ts';
import type { Servers } from '../stand/servers.ts';

/** Figures that one measurement yields. */
export interface FigureGroup {
  /** Every figure it yields, so that one can be asked for by its name. */
  readonly names: readonly string[];
  /** `say` tells people what is going on. */
  measure(servers: Servers, say: (line: string) => void): Promise<Figure[]>;
}
