/** The numbers behind a sparkline, apart from the drawing. */
import type { AlignedData } from "uplot";
import type { Series } from "../api/types";
import { milliseconds, plural } from "../format/number";
import { clock } from "../format/time";

/** Columns as uPlot takes them: time in epoch seconds, p99, p95, p50. */
export function columns(series: Series): AlignedData {
  const start = Date.parse(series.start) / 1000;
  const times = series.p95.map((_, index) => start + index * series.step_seconds);
  return [times, series.p99, series.p95, series.p50];
}

/** Indices of values without a neighbour: a line cannot show them, so they are drawn as points. */
export function lonely(values: readonly (number | null | undefined)[]): number[] {
  const has = (index: number): boolean => values[index] !== null && values[index] !== undefined;
  return values.flatMap((_, index) => (has(index) && !has(index - 1) && !has(index + 1) ? [index] : []));
}

const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The top of the value axis: the next round number, so that it moves rarely. */
export function niceTop(highest: number): number {
  if (highest <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(highest));
  return unit * (ROUND.find((step) => highest <= step * unit) ?? 10);
}

/** The top's own label; it is round, so it needs no decimals that say nothing ("1.50 s" is "1.5 s"). */
export const topLabel = (top: number): string => (top >= 1000 ? `${top / 1000} s` : `${top} ms`);

export function highest(series: Series): number {
  return Math.max(0, ...series.p99.map((value) => value ?? 0));
}

/** One step of the series as a sentence fragment. */
export function readout(series: Series, index: number): string {
  const at = Date.parse(series.start) + index * series.step_seconds * 1000;
  const quantile = (name: "p50" | "p95" | "p99"): string => `${name} ${milliseconds(series[name][index] ?? null)}`;
  const parts = [clock(at), plural(series.total[index] ?? 0, "call")];
  if ((series.total[index] ?? 0) > 0) parts.push(quantile("p50"), quantile("p95"), quantile("p99"));
  if (series.failed[index]) parts.push(`${series.failed[index]} failed`);
  if (series.refused[index]) parts.push(`${series.refused[index]} refused`);
  return parts.join(" · ");
}

/** What the chart says, for those who do not see it. */
export function summary(series: Series): string {
  const values = series.p95.filter((value) => value !== null);
  if (values.length === 0) return "p95 latency: no answered call in this window";
  const failed = series.failed.reduce((sum, value) => sum + value, 0);
  const range = `p95 latency between ${milliseconds(Math.min(...values))} and ${milliseconds(Math.max(...values))}`;
  return `${range}, latest ${milliseconds(values.at(-1) ?? null)}; ${plural(failed, "failed call")}`;
}
