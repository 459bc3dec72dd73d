/** Numbers over all integrations of a model. */
import type { Card, Metrics } from "../api/types";

export interface Totals {
  calls: number;
  failed: number;
  successRate: number | null;
  judged: number;
  rejected: number;
  meaningRate: number | null;
  refused: number;
  retries: number;
  callsPerMinute: number;
  /** The worst integration's p95 of waiting that we added: quantiles cannot be summed. */
  worstWaitMs: number | null;
}

const sum = (cards: Card[], of: (card: Card) => number): number => cards.reduce((total, card) => total + of(card), 0);

const rate = (good: number, all: number): number | null => (all === 0 ? null : (100 * good) / all);

export function totals(metrics: Metrics): Totals {
  const cards = metrics.integrations;
  const calls = sum(cards, (card) => card.window.total);
  const failed = sum(cards, (card) => card.window.failed);
  const judged = sum(cards, (card) => card.judged);
  const rejected = sum(cards, (card) => card.verdicts.fail);
  const waits = cards.map((card) => card.waited_ms.p95).filter((value) => value !== null);
  return {
    calls,
    failed,
    successRate: rate(calls - failed, calls),
    judged,
    rejected,
    meaningRate: rate(judged - rejected, judged),
    refused: sum(cards, (card) => card.window.refused),
    retries: sum(cards, (card) => card.retries),
    callsPerMinute: calls / (Math.min(metrics.window_seconds, Math.max(1, metrics.uptime_seconds)) / 60),
    worstWaitMs: waits.length === 0 ? null : Math.max(...waits),
  };
}
