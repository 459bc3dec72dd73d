/** The uPlot drawing of a sparkline: p95 line, p50–p99 band, and a strip below with what failed or was refused. */
import uPlot from "uplot";
import type { Series } from "../api/types";
import { columns, lonely, niceTop } from "./sparkline-data";

export const HEIGHT = 64;
const STRIP = 7;

type Token = "--accent" | "--band" | "--bad" | "--off" | "--line";

/** Colours are registered custom properties: their computed value is a colour a canvas understands. */
const colour = (host: HTMLElement, token: Token): string => getComputedStyle(host).getPropertyValue(token);

/** Failures are full bars, refusals low ones: told apart without colour. */
function drawStrip(plot: uPlot, host: HTMLElement, series: Series): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const width = Math.max(1, bbox.width / series.total.length - ratio);
  const floor = bbox.top + bbox.height + STRIP * ratio;
  const bar = (index: number, height: number): void => {
    const left = bbox.left + (index / series.total.length) * bbox.width;
    ctx.fillRect(left, floor - height * ratio, width, height * ratio);
  };
  ctx.save();
  ctx.fillStyle = colour(host, "--line");
  ctx.fillRect(bbox.left, floor, bbox.width, ratio);
  ctx.fillStyle = colour(host, "--off");
  series.refused.forEach((value, index) => value > 0 && bar(index, 2));
  ctx.fillStyle = colour(host, "--bad");
  series.failed.forEach((value, index) => value > 0 && bar(index, STRIP - 1));
  ctx.restore();
}

function options(host: HTMLElement, current: () => Series, hovered: (index: number | null) => void): uPlot.Options {
  const hidden: uPlot.Series = { points: { show: false }, width: 0 };
  const line: uPlot.Series = {
    width: 1.6,
    stroke: () => colour(host, "--accent"),
    points: { show: true, size: 3.5, width: 0, fill: () => colour(host, "--accent"), filter: (plot, index) => lonely(Array.from(plot.data[index] ?? [])) },
  };
  return {
    width: Math.max(40, host.clientWidth),
    height: HEIGHT,
    padding: [4, 0, STRIP + 2, 0],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { show: false } },
    axes: [{ show: false }, { show: false }],
    scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, niceTop(high)] } },
    series: [{}, hidden, line, hidden],
    bands: [{ series: [1, 3], fill: () => colour(host, "--band") }],
    hooks: {
      draw: [(plot) => drawStrip(plot, host, current())],
      setCursor: [(plot) => hovered(plot.cursor.idx ?? null)],
    },
  };
}

export interface Plot {
  update(series: Series): void;
  destroy(): void;
}

/** Draws into `host` and follows its width until destroyed. */
export function createPlot(host: HTMLElement, first: Series, hovered: (index: number | null) => void): Plot {
  let series = first;
  const plot = new uPlot(options(host, () => series, hovered), columns(series), host);
  const resize = new ResizeObserver(() => plot.setSize({ width: Math.max(40, host.clientWidth), height: HEIGHT }));
  resize.observe(host);
  return {
    update(next) {
      series = next;
      plot.setData(columns(next));
    },
    destroy() {
      resize.disconnect();
      plot.destroy();
    },
  };
}
