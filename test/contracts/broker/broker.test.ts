/**
 * The conformance suite of `BrokerSession`: the same numbered cases, with the same expected outcome, for the paper broker
 * and for Interactive Brokers through the TWS simulator. Both trade on the same prices.
 *
 * What one of the two cannot show:
 *
 * | what | where | why |
 * | --- | --- | --- |
 * | an order for the day ends as `expire` | paper; IBKR tells `cancel` (C14 takes both) | TWS has no status for it: a day order ends as Cancelled |
 * | fills while the session is away, doubt after a lost connection | IBKR, test/contracts/ibkr/failures.test.ts | the paper broker lives in the session's process: nothing trades while it is away, and a call is never in between |
 * | state that cannot be kept, a process that dies between keeping and telling | paper, src/adapters/paper/session.test.ts | IBKR keeps its state itself |
 * | slippage, refusals and parts by chance | paper, src/adapters/paper/session.test.ts | the simulator's prices and faults are set, not drawn |
 * | exits that shrink with an entry whose quantity was changed | paper, src/adapters/paper/session.test.ts | what TWS does then is not documented; the simulator leaves them as they are |
 * | a refusal for want of margin | IBKR, test/contracts/tws | the paper broker leaves cash and margin to the risk gate |
 * | orders made by hand, of other clients | IBKR, test/contracts/ibkr | nobody else reaches a paper account |
 * | the same commission | neither: the simulator charges IBKR's tiered prices, the paper broker the fixed ones | cash is compared net of the commissions that each tells |
 */
import { describeBroker } from './conformance.ts';
import { addGroupCases } from './group-cases.ts';
import { addOrderCases } from './order-cases.ts';
import { startPaper } from './paper.ts';
import { addSessionCases } from './session-cases.ts';
import { startSimulatedIbkr } from './simulated-ibkr.ts';

for (const [name, start] of [
  ['the paper broker', startPaper],
  ['Interactive Brokers', startSimulatedIbkr],
] as const) {
  describeBroker(name, start, (add) => {
    addOrderCases(add);
    addGroupCases(add);
    addSessionCases(add);
  });
}
