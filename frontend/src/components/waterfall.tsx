import type { OwnVerdict, Session, Step } from "../api/types";
import { stopSign, type Stop } from "../format/journey";
import { milliseconds } from "../format/number";
import { stepSign } from "../format/words";
import { Shape } from "./shape";
import { stopName } from "./step-chip";
import { barOf, spanMs, type Bar } from "./waterfall-data";

/** The steps of a session on one time axis, each with its outcome, its reason and its duration. */
export function Waterfall({ session, stops }: { session: Session; stops: Stop[] }) {
  const span = spanMs(session, session.steps);
  const start = Date.parse(session.started_at);
  return (
    <div class="waterfall">
      <div class="axis" aria-hidden="true"><span>0</span><span>{milliseconds(span / 2)}</span><span>{milliseconds(span)}</span></div>
      <ol>
        {stops.map((stop, index) => <StopRow key={index} stop={stop} bar={stop.call && barOf(stop.call, start, span)} />)}
      </ol>
    </div>
  );
}

function StopRow({ stop, bar }: { stop: Stop; bar: Bar | null }) {
  const { call, own } = stop;
  const sign = stopSign(stop);
  return (
    <li class={`tone-${sign.tone}`}>
      <div class="step-head">
        <span class="state"><Shape name={sign.shape} />{stopName(stop)}</span>
        <span class="note">{call ? `${call.integration} · ${call.operation}` : "no call"}</span>
        {call && <span class="number">{milliseconds(call.latency_ms)}</span>}
      </div>
      {bar && (
        <div class="track" aria-hidden="true">
          <i class="waited" style={{ left: `${bar.left}%`, width: `${bar.waited}%` }} />
          <i class="ran" style={{ left: `${bar.left + bar.waited}%`, width: `${bar.ran}%` }} />
        </div>
      )}
      {own && <p class="step-note"><b>{sign.word}</b>{ownNotes(own)}</p>}
      {call && <p class="step-note">{own ? `Call: ${stepSign(call).word}` : <b>{sign.word}</b>}{stepNotes(call)}</p>}
    </li>
  );
}

function ownNotes(own: OwnVerdict): string {
  const score = own.score === null ? null : `score ${own.score.toFixed(2)}`;
  return [own.reason, score].filter(Boolean).map((note) => ` · ${note}`).join("");
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
