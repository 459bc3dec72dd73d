/** The order of cards: what hurts first, then what is used most; ties stay alphabetical so that nothing flickers. */
import type { Card, HealthState } from "../api/types";

const RANK: Record<HealthState, number> = { unhealthy: 0, degraded: 1, healthy: 2, unknown: 3 };

/** Names of the integrations in the order in which they are shown. */
export function ranked(cards: Card[]): string[] {
  return [...cards]
    .sort((a, b) => RANK[a.state] - RANK[b.state] || volume(b) - volume(a) || a.label.localeCompare(b.label, "en"))
    .map((card) => card.integration);
}

/** Volume by its power of two, so that two equally busy integrations do not swap places with every call. */
const volume = (card: Card): number => Math.floor(Math.log2(card.window.total + 1));

/** Cards in a given order; integrations that are new to it come last. */
export function arrange(cards: Card[], order: string[]): Card[] {
  const place = new Map(order.map((name, index) => [name, index]));
  const placeOf = (card: Card): number => place.get(card.integration) ?? order.length;
  return [...cards].sort((a, b) => placeOf(a) - placeOf(b));
}
