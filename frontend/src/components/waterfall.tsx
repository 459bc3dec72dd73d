import type { Session, Step } from "../api/types";
import { milliseconds } from "../format/number";
import { stepSign } from "../format/words";
import { Shape } from "./shape";
import { stepName } from "./step-chip";
import { barOf, spanMs, type Bar } from "./waterfall-data";

/** The steps of a session on one time axis, each with its outcome, its reason and its duration. */
export function Waterfall({ session, steps }: { session: Session; steps: Step[] }) {
  const span = spanMs(session, steps);
  const start = Date.parse(session.started_at);
  return (
    <div class="waterfall">
      <div class="axis" aria-hidden="true"><span>0</span><span>{milliseconds(span / 2)}</span><span>{milliseconds(span)}</span></div>
      <ol>
        {steps.map((step, index) => <StepRow key={index} step={step} bar={barOf(step, start, span)} />)}
      </ol>
    </div>
  );
}

function StepRow({ step, bar }: { step: Step; bar: Bar }) {
  const sign = stepSign(step);
  return (
    <li class={`tone-${sign.tone}`}>
      <div class="step-head">
        <span class="state"><Shape name={sign.shape} />{stepName(step)}</span>
        <span class="note">{step.integration} · {step.operation}</span>
        <span class="number">{milliseconds(step.latency_ms)}</span>
      </div>
      <div class="track" aria-hidden="true">
        <i class="waited" style={{ left: `${bar.left}%`, width: `${bar.waited}%` }} />
        <i class="ran" style={{ left: `${bar.left + bar.waited}%`, width: `${bar.ran}%` }} />
      </div>
      <p class="step-note"><b>{sign.word}</b>{stepNotes(step)}</p>
    </li>
  );
}

function stepNotes(step: Step): string {
  const notes: string[] = [];
  if (step.error) notes.push(step.error);
  if (step.reason) notes.push(step.reason);
  if (step.score !== null) notes.push(`score ${step.score.toFixed(2)}`);
  if (step.attempts > 1) notes.push(`${step.attempts} attempts`);
  if (step.waited_ms) notes.push(`waited ${milliseconds(step.waited_ms)}`);
  if (step.served_from !== "provider") notes.push(`served from ${step.served_from}`);
  return notes.map((note) => ` · ${note}`).join("");
}
