import type { Session, Step } from "../api/types";
import { journeyOf, stopSign, type Stop } from "../format/journey";
import { milliseconds } from "../format/number";
import { stepSign } from "../format/words";
import { Shape } from "./shape";

/** Everything known about a stop in one line, for titles and for those who do not see shapes. */
export function stopTitle({ name, call, own }: Stop): string {
  const said = own ? [`${name}: ${stopSign({ name, call: null, own }).word}`, ...(own.reason ? [own.reason] : [])] : [];
  return [...said, ...(call ? callParts(call, own ? "" : `${name}: `) : [])].join(" · ");
}

function callParts(step: Step, prefix: string): string[] {
  const parts = [`${prefix}${stepSign(step).word}`, `${step.integration} ${step.operation}`, milliseconds(step.latency_ms)];
  if (step.attempts > 1) parts.push(`${step.attempts} attempts`);
  if (step.error) parts.push(step.error);
  if (step.reason) parts.push(step.reason);
  return parts;
}

export const stopName = (stop: Stop): string => stop.name.replaceAll("_", " ");

/** A session's journey as chips in order. */
export function Journey({ session }: { session: Session }) {
  const stops = journeyOf(session);
  const hidden = session.step_count - session.steps.length;
  if (stops.length === 0) return <span class="note">no step yet</span>;
  return (
    <ol class="journey">
      {hidden > 0 && <li class="note" title={`${hidden} earlier steps are in the details`}>+{hidden}</li>}
      {stops.map((stop, index) => (
        <li key={index} class={`chip tone-${stopSign(stop).tone}`} title={stopTitle(stop)}>
          <Shape name={stopSign(stop).shape} />
          <span class="chip-name">{stopName(stop)}</span>
          <span class="sr-only">{stopSign(stop).word}</span>
        </li>
      ))}
    </ol>
  );
}
