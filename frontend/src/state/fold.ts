/** The live model and how frames change it: a snapshot replaces, a delta of the next number merges, anything else is a gap. */
import type { Card, Delta, Frame, Metrics, Session } from "../api/types";

export const SESSIONS_KEPT = 20;

export interface Model {
  metrics: Metrics;
  sessions: Session[];
  /** Number of the last frame folded in; null for a model that came by polling. */
  seq: number | null;
  /** Server time of the newest data. */
  at: string;
  /** When each card arrived, in this page's monotonic milliseconds: countdowns run from there. */
  arrived: Readonly<Record<string, number>>;
}

export interface Folded {
  model: Model | null;
  /** True when a frame was missed and the server must be asked for a snapshot. */
  gap: boolean;
}

/** The model of one complete answer. */
export function complete(metrics: Metrics, sessions: Session[], seq: number | null, nowMs: number): Model {
  const arrived = Object.fromEntries(metrics.integrations.map((card) => [card.integration, nowMs]));
  return { metrics, sessions: newestFirst(sessions), seq, at: metrics.at, arrived };
}

/** Folds one frame into the model; frames of unknown type change nothing. */
export function fold(model: Model | null, frame: Frame, nowMs: number): Folded {
  if (frame.type === "snapshot") {
    return { model: complete(frame.data.metrics, frame.data.sessions, frame.seq, nowMs), gap: false };
  }
  if (frame.type !== "delta" && frame.type !== "heartbeat") return { model, gap: false };
  if (model === null || model.seq === null) return { model, gap: true };
  if (frame.type === "heartbeat") return { model, gap: frame.seq !== model.seq };
  if (frame.seq <= model.seq) return { model, gap: false };
  if (frame.seq !== model.seq + 1) return { model, gap: true };
  return { model: merge(model, frame.data, frame.seq, frame.at, nowMs), gap: false };
}

function merge(model: Model, delta: Delta, seq: number, at: string, nowMs: number): Model {
  const changed = delta.integrations ?? [];
  const arrived = { ...model.arrived };
  for (const card of changed) arrived[card.integration] = nowMs;
  return {
    metrics: {
      ...model.metrics,
      at,
      integrations: mergeCards(model.metrics.integrations, changed),
      requests: delta.requests ?? model.metrics.requests,
      record: delta.record ?? model.metrics.record,
      dropped: delta.dropped ?? model.metrics.dropped,
      uptime_seconds: delta.uptime_seconds ?? model.metrics.uptime_seconds,
    },
    sessions: delta.sessions ? mergeSessions(model.sessions, delta.sessions) : model.sessions,
    seq,
    at,
    arrived,
  };
}

/** Unchanged cards keep their identity, so that only changed ones are drawn again. */
function mergeCards(cards: Card[], changed: Card[]): Card[] {
  if (changed.length === 0) return cards;
  const byName = new Map(changed.map((card) => [card.integration, card]));
  const kept = cards.map((card) => byName.get(card.integration) ?? card);
  const known = new Set(cards.map((card) => card.integration));
  return [...kept, ...changed.filter((card) => !known.has(card.integration))];
}

function mergeSessions(sessions: Session[], changed: Session[]): Session[] {
  const byId = new Map(sessions.map((session) => [session.session_id, session]));
  for (const session of changed) byId.set(session.session_id, session);
  return newestFirst([...byId.values()]).slice(0, SESSIONS_KEPT);
}

function newestFirst(sessions: Session[]): Session[] {
  return [...sessions].sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at));
}
