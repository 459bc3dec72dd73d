import { describe, expect, test } from "vitest";
import { columns, lonely, niceTop, readout, summary, topLabel } from "../../src/components/sparkline-data";
import { barOf, spanMs } from "../../src/components/waterfall-data";
import { matches } from "../../src/views/sessions";
import { AT, card, session, step } from "../fixtures";

describe("sparkline", () => {
  const { series } = card();

  test("columns start at the series' own start and keep gaps as gaps", () => {
    const [times, p99, p95, p50] = columns(series);
    const start = Date.parse(AT) / 1000;
    expect(Array.from(times)).toEqual([start, start + 5, start + 10]);
    expect([p99, p95, p50].map((column) => column?.[1])).toEqual([null, null, null]);
  });

  test("a value between two gaps is marked, as no line can show it", () => {
    expect(lonely([1, null, 2, 3, null, undefined, 4])).toEqual([0, 6]);
  });

  test("the axis ends at a round number that holds the highest value", () => {
    expect([0, 0.7, 41, 101, 478, 999, 1000, 1001].map(niceTop)).toEqual([1, 0.8, 50, 150, 500, 1000, 1000, 1500]);
    expect([topLabel(500), topLabel(1500)]).toEqual(["500 ms", "1.5 s"]);
  });

  test("a step is read with its calls; one without calls has no latency to read", () => {
    expect(readout(series, 2)).toContain("1 call · p50 20.0 ms · p95 40.0 ms · p99 60.0 ms · 1 failed");
    expect(readout(series, 1)).toMatch(/0 calls · 3 refused$/);
  });

  test("the summary says what the picture shows, also when it shows nothing", () => {
    expect(summary(series)).toBe("p95 latency between 30.0 ms and 40.0 ms, latest 40.0 ms; 1 failed call");
    expect(summary({ ...series, p95: [null, null, null] })).toBe("p95 latency: no answered call in this window");
  });
});

describe("waterfall", () => {
  const start = Date.parse(AT);
  const at = (ms: number): string => new Date(start + ms).toISOString();

  test("a step ends at its stamp, ran before that, and waited before it ran", () => {
    expect(barOf(step({ at: at(500), latency_ms: 200, waited_ms: 100 }), start, 1000)).toEqual({ left: 20, waited: 10, ran: 20 });
  });

  test("a bar never leaves the axis, whatever the clocks say", () => {
    expect(barOf(step({ at: at(-50), latency_ms: 200 }), start, 1000)).toEqual({ left: 0, waited: 0, ran: 0 });
    expect(barOf(step({ at: at(9000), latency_ms: 200, waited_ms: null }), start, 1000)).toEqual({ left: 80, waited: 0, ran: 20 });
  });

  test("a running session spans up to its last step", () => {
    const running = session({ duration_ms: null, steps: [step({ at: at(700) })] });
    expect(spanMs(running, running.steps)).toBe(700);
  });
});

describe("session filters", () => {
  test("the search looks at identifiers, steps, integrations and errors, in any case", () => {
    const hurt = session({ overall_status: "failed", steps: [step({ error: "SemanticError" })] });
    expect(["S-1", "birth", "PROKERALA", "semantic"].every((text) => matches(hurt, "", text))).toBe(true);
    expect(matches(hurt, "", "nowhere")).toBe(false);
  });

  test("'with a problem' is failed or partial, 'running' is what still runs", () => {
    const all = (["running", "success", "partial", "failed"] as const).map((overall_status) => session({ overall_status }));
    expect(all.map((each) => matches(each, "problem", ""))).toEqual([false, false, true, true]);
    expect(matches(session({ overall_status: "running", steps: [step({ outcome: "failed" })] }), "problem", "")).toBe(true);
    expect(all.map((each) => matches(each, "running", ""))).toEqual([true, false, false, false]);
  });
});
