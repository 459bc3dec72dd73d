/** The one sentence that answers: is anything hurting users now, and where? */
import type { Card, HealthState, Metrics, Session } from "../api/types";
import { journeyOf } from "./journey";
import { count, plural } from "./number";
import { seconds } from "./time";

const WORST_FIRST: HealthState[] = ["unhealthy", "degraded", "unknown", "healthy"];

/** The state that a person must hear of first; "unknown" does not outrank a healthy integration. */
export function worstState(cards: Card[]): HealthState {
  const seen = new Set(cards.map((card) => card.state));
  if (seen.has("unknown") && seen.has("healthy") && seen.size === 2) return "healthy";
  return WORST_FIRST.find((state) => seen.has(state)) ?? "unknown";
}

/**
 * A session that did not give its user what was asked for, or has already failed to while it runs: by the
 * rule that decides at its end, so that none is counted now which is well a moment later.
 */
export function hasProblem(session: Session): boolean {
  if (session.overall_status !== "running") return session.overall_status !== "success";
  const latest = new Map(journeyOf(session).map((stop) => [stop.name, stop]));
  return [...latest.values()].some((stop) => (stop.own ? stop.own.verdict === "fail" : stop.call?.outcome !== "succeeded"));
}

/** Of integrations whose state is unknown: that none was ever called, or only not lately. */
function uncalled(cards: Card[], windowSeconds: number): string {
  const ever = cards.some((card) => card.state === "unknown" && card.lifetime.total + card.lifetime.refused > 0);
  return ever ? `in the last ${seconds(windowSeconds)}` : "yet";
}

function stateClause({ integrations: cards, window_seconds }: Metrics): string {
  const total = cards.length;
  const named = (state: HealthState): string => cards.filter((card) => card.state === state).map((card) => card.label).join(", ");
  const parts = (["unhealthy", "degraded"] as const)
    .map((state) => ({ state, number: cards.filter((card) => card.state === state).length }))
    .filter((part) => part.number > 0)
    .map((part, index) => `${part.number}${index === 0 ? ` of ${total} ${total === 1 ? "integration" : "integrations"}` : ""} ${part.state} (${named(part.state)})`);
  if (parts.length > 0) return parts.join(", ");
  const healthy = cards.filter((card) => card.state === "healthy").length;
  if (healthy === 0) return `No integration has been called ${uncalled(cards, window_seconds)}`;
  if (healthy < total) return `${healthy} of ${total} integrations healthy, the others not called ${uncalled(cards, window_seconds)}`;
  return total === 1 ? "The one integration is healthy" : `All ${total} integrations are healthy`;
}

/** The headline of a model, in at most three clauses, without a full stop. */
export function headline(metrics: Metrics, sessions: Session[]): string {
  const cards = metrics.integrations;
  if (cards.length === 0) return "Nothing is guarded yet";
  const clauses = [stateClause(metrics)];
  const hurt = sessions.filter(hasProblem).length;
  if (hurt > 0) clauses.push(`${hurt} of the last ${plural(sessions.length, "session")} had a problem`);
  const refused = cards.reduce((sum, card) => sum + card.window.refused, 0);
  if (refused > 0) clauses.push(`${count(refused)} ${refused === 1 ? "call" : "calls"} refused by open breakers and limits`);
  return clauses.join("; ");
}
