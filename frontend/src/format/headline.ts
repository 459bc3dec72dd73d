/** The one sentence that answers: is anything hurting users now, and where? */
import type { Card, HealthState, Metrics, Session } from "../api/types";
import { count, plural } from "./number";

const WORST_FIRST: HealthState[] = ["unhealthy", "degraded", "unknown", "healthy"];

/** The state that a person must hear of first; "unknown" does not outrank a healthy integration. */
export function worstState(cards: Card[]): HealthState {
  const seen = new Set(cards.map((card) => card.state));
  if (seen.has("unknown") && seen.has("healthy") && seen.size === 2) return "healthy";
  return WORST_FIRST.find((state) => seen.has(state)) ?? "unknown";
}

/** A session that did not give its user what was asked for, or has already failed to while it runs. */
export function hasProblem(session: Session): boolean {
  if (session.overall_status === "running") return session.issues_found > 0;
  return session.overall_status !== "success";
}

function stateClause(cards: Card[]): string {
  const total = cards.length;
  const named = (state: HealthState): string => cards.filter((card) => card.state === state).map((card) => card.label).join(", ");
  const parts = (["unhealthy", "degraded"] as const)
    .map((state) => ({ state, number: cards.filter((card) => card.state === state).length }))
    .filter((part) => part.number > 0)
    .map((part, index) => `${part.number}${index === 0 ? ` of ${total} ${total === 1 ? "integration" : "integrations"}` : ""} ${part.state} (${named(part.state)})`);
  if (parts.length > 0) return parts.join(", ");
  const healthy = cards.filter((card) => card.state === "healthy").length;
  if (healthy === 0) return "No integration has been called yet";
  if (healthy < total) return `${healthy} of ${total} integrations healthy, the others not called yet`;
  return total === 1 ? "The one integration is healthy" : `All ${total} integrations are healthy`;
}

/** The headline of a model, in at most three clauses, without a full stop. */
export function headline(metrics: Metrics, sessions: Session[]): string {
  const cards = metrics.integrations;
  if (cards.length === 0) return "Nothing is guarded yet";
  const clauses = [stateClause(cards)];
  const hurt = sessions.filter(hasProblem).length;
  if (hurt > 0) clauses.push(`${hurt} of the last ${plural(sessions.length, "session")} had a problem`);
  const refused = cards.reduce((sum, card) => sum + card.window.refused, 0);
  if (refused > 0) clauses.push(`${count(refused)} ${refused === 1 ? "call" : "calls"} refused by open breakers and limits`);
  return clauses.join("; ");
}
