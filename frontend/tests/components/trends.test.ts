import { expect, test } from "vitest";
import type { History } from "../../src/api/types";
import { seriesOf, trendWords } from "../../src/views/trends-data";

const NONE = { total_calls: 0, failed_calls: 0, refused_calls: 0, success_rate: null, latency_ms: { p50: null, p95: null, p99: null } };
const HISTORY: History = {
  integration: "openai", resolution_seconds: 3600, since: "2026-11-20T10:00:00.000+00:00", trend: null,
  total: { ...NONE, total_calls: 30, failed_calls: 3, success_rate: 90 },
  buckets: [{ ...NONE, at: "2026-11-20T12:00:00.000+00:00", total_calls: 30, failed_calls: 3, latency_ms: { p50: 10, p95: 20, p99: 30 } }],
};

test("buckets stand at their hour, and the hours without calls are empty", () => {
  const series = seriesOf(HISTORY, 3);
  expect(series.total).toEqual([0, 0, 30, 0]);
  expect(series.failed).toEqual([0, 0, 3, 0]);
  expect(series.p95).toEqual([null, null, 20, null]);
  expect([series.step_seconds, series.start]).toEqual([3600, HISTORY.since]);
});

test("a trend is said in words, and so is that there is none", () => {
  expect(trendWords(HISTORY)).toBe("not enough data");
  expect(trendWords({ ...HISTORY, total: NONE })).toBe("–");
  expect(trendWords({ ...HISTORY, trend: { success_rate: "stable", latency: "stable" } })).toBe("stable");
  expect(trendWords({ ...HISTORY, trend: { success_rate: "declining", latency: "increasing" } })).toBe("success declining, latency increasing");
});
