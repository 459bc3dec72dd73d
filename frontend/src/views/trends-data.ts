/** What the trends tab shows, apart from the drawing. */
import type { History, HistoryBucket, Series } from "../api/types";

/** The buckets as the series of a sparkline: one step each, empty where nobody called. */
export function seriesOf(history: History, hours: number): Series {
  const step = history.resolution_seconds;
  const start = Date.parse(history.since);
  const length = Math.ceil((hours * 3600) / step) + 1;
  const at = new Map(history.buckets.map((one) => [Math.round((Date.parse(one.at) - start) / 1000 / step), one]));
  const every = <T>(pick: (one: HistoryBucket) => T, none: T): T[] =>
    Array.from({ length }, (_, index) => {
      const one = at.get(index);
      return one ? pick(one) : none;
    });
  return {
    step_seconds: step,
    start: history.since,
    total: every((one) => one.total_calls, 0),
    failed: every((one) => one.failed_calls, 0),
    refused: every((one) => one.refused_calls, 0),
    p50: every((one) => one.latency_ms.p50, null),
    p95: every((one) => one.latency_ms.p95, null),
    p99: every((one) => one.latency_ms.p99, null),
  };
}

/** The trend in words; too few calls are said, not guessed from. */
export function trendWords({ trend, total }: History): string {
  if (trend) return trend.success_rate === "stable" && trend.latency === "stable" ? "stable" : `success ${trend.success_rate}, latency ${trend.latency}`;
  return total.total_calls === 0 ? "–" : "not enough data";
}
