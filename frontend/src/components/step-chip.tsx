import type { Step } from "../api/types";
import { milliseconds } from "../format/number";
import { stepSign } from "../format/words";
import { Shape } from "./shape";

/** Everything known about a step in one line, for titles and for those who do not see shapes. */
export function stepTitle(step: Step): string {
  const parts = [`${step.step}: ${stepSign(step).word}`, `${step.integration} ${step.operation}`, milliseconds(step.latency_ms)];
  if (step.attempts > 1) parts.push(`${step.attempts} attempts`);
  if (step.error) parts.push(step.error);
  if (step.reason) parts.push(step.reason);
  return parts.join(" · ");
}

export const stepName = (step: Step): string => step.step.replaceAll("_", " ");

/** A session's journey as chips in order. */
export function Journey({ steps, hidden }: { steps: Step[]; hidden: number }) {
  if (steps.length === 0) return <span class="note">no step yet</span>;
  return (
    <ol class="journey">
      {hidden > 0 && <li class="note" title={`${hidden} earlier steps are in the details`}>+{hidden}</li>}
      {steps.map((step, index) => (
        <li key={index} class={`chip tone-${stepSign(step).tone}`} title={stepTitle(step)}>
          <Shape name={stepSign(step).shape} />
          <span class="chip-name">{stepName(step)}</span>
          <span class="sr-only">{stepSign(step).word}</span>
        </li>
      ))}
    </ol>
  );
}
