/** Where the bars of a session's steps lie, in percent of its time axis. */
import type { Session, Step } from "../api/types";

export interface Bar {
  /** Start of the waiting part. */
  left: number;
  waited: number;
  ran: number;
}

/** Milliseconds the axis spans: the session's duration, or up to its last step while it runs. */
export function spanMs(session: Session, steps: Step[]): number {
  const start = Date.parse(session.started_at);
  const lastEnd = Math.max(0, ...steps.map((step) => Date.parse(step.at) - start));
  return Math.max(1, session.duration_ms ?? 0, lastEnd);
}

/** A step's bar. `step.at` is when the step ended: it ran just before that, and waited before it ran. */
export function barOf(step: Step, startMs: number, span: number): Bar {
  const end = Math.min(span, Math.max(0, Date.parse(step.at) - startMs));
  const ran = Math.min(end, step.latency_ms ?? 0);
  const waited = Math.min(end - ran, step.waited_ms ?? 0);
  const share = (ms: number): number => (ms / span) * 100;
  return { left: share(end - ran - waited), waited: share(waited), ran: share(ran) };
}
