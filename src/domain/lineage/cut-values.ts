import type { LineageValue } from './history-event.ts';
import type { LineageExecution, LineageStep } from './lineage.ts';

/** What is left of a payload that is cut, in characters. */
const PREVIEW_LENGTH = 1_000;

/** The execution with every payload above so many bytes replaced by its beginning. */
export function cutExecution(execution: LineageExecution, maxBytes: number): LineageExecution {
  return {
    ...execution,
    input: execution.input.map((value) => cutValue(value, maxBytes)),
    output: execution.output && cutValue(execution.output, maxBytes),
    steps: execution.steps.map((step) => cutStep(step, maxBytes)),
  };
}

export function cutStep(step: LineageStep, maxBytes: number): LineageStep {
  return {
    ...step,
    input: step.input.map((value) => cutValue(value, maxBytes)),
    output: step.output && cutValue(step.output, maxBytes),
  };
}

function cutValue(value: LineageValue, maxBytes: number): LineageValue {
  if (value.kind !== 'json' || value.bytes <= maxBytes) return value;
  const text = JSON.stringify(value.value).slice(0, PREVIEW_LENGTH).toWellFormed();
  return { kind: 'cut', bytes: value.bytes, value: null, text };
}
