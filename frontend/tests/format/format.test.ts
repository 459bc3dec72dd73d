// @vitest-environment node
import { describe, expect, test } from "vitest";
import { count, milliseconds, percent, plural } from "../../src/format/number";
import { ago, seconds, stamp } from "../../src/format/time";
import type { Session } from "../../src/api/types";
import { alertFigure, breakerNote, sessionDuration, sessionSign, stepSign } from "../../src/format/words";
import { operation, session, step } from "../fixtures";

describe("numbers", () => {
  test.each([[100, "100"], [99.99, "99.9"], [95, "95.0"], [0.01, "0.0"], [0, "0"], [null, "–"]] as const)("percent %s is %s: only all is 100", (value, text) => {
    expect(percent(value)).toBe(text);
  });

  test.each([[null, "–"], [0, "0 ms"], [8.06, "8.1 ms"], [99.96, "100 ms"], [420.4, "420 ms"], [999.6, "1.00 s"], [9996, "10.0 s"], [120_000, "120 s"]] as const)("%s milliseconds read %s", (value, text) => {
    expect(milliseconds(value)).toBe(text);
  });

  test("counts are exact up to ten thousand", () => {
    expect([count(9999), count(12_345), count(1_500_000)]).toEqual(["9999", "12.3 k", "1.5 M"]);
    expect([plural(1, "retry", "retries"), plural(2, "retry", "retries")]).toEqual(["1 retry", "2 retries"]);
  });
});

describe("times", () => {
  test("durations take their largest sensible unit and are never negative", () => {
    expect([-1, 8.4, 300, 7200, 200_000].map(seconds)).toEqual(["0 s", "8 s", "5 min", "2 h", "2 d"]);
  });

  test("a server clock ahead of ours reads now, an unreadable time a dash", () => {
    expect([ago(2000, 1000), ago(0, 12_000), ago(Number.NaN, 0)]).toEqual(["now", "12 s ago", "–"]);
  });

  test("an unreadable stamp is shown as it came", () => {
    expect(stamp("yesterday")).toBe("yesterday");
    expect(stamp("2026-11-21T03:00:00Z")).toMatch(/^2026-11-2\d \d\d:\d\d:00 [+-]\d\d:\d\d$/);
  });
});

describe("breakers", () => {
  const note = (breaker: Parameters<typeof operation>[0], elapsed = 0): string => breakerNote(operation(breaker).breaker, elapsed);

  test("an open one counts down to its probe and says what it refused", () => {
    expect(note({ state: "open", retry_in_seconds: 12.1, refused: 43 }, 4)).toBe("probe in 8 s · 43 calls refused");
    expect(note({ state: "open", retry_in_seconds: 3 }, 9)).toBe("probes with the next call");
    expect(note({ state: "open", retry_in_seconds: null, refused: 1 })).toBe("1 call refused");
  });

  test("a half-open one says how it is probing, a closed one only that it is being hurt", () => {
    expect(note({ state: "half_open", probes_in_flight: 0, permitted_probes: 1 })).toBe("probing 0/1");
    expect([note({}), note({ consecutive_failures: 2 })]).toEqual(["", "2 failures in a row"]);
  });
});

test("a session that runs and has already hurt its user does not look calm", () => {
  expect(sessionSign(session({ overall_status: "running" }))).toMatchObject({ tone: "busy", word: "Running" });
  expect(["active", "completed"].map((status) => sessionDuration(session({ status: status as Session["status"] })))).toEqual(["1.23 s so far", "1.23 s"]);
  expect([alertFigure("latency", 5000.1), alertFigure("breaker_trips", 11)]).toEqual(["5000.1 ms", "11 in an hour"]);
  expect(sessionSign(session({ overall_status: "running", issues_found: 2 }))).toMatchObject({ tone: "warn", shape: "run", word: "Running, 2 issues" });
});

describe("steps", () => {
  test("every way a step can go has its own shape and its own word", () => {
    const ways = [step(), step({ verdict: null }), step({ verdict: "warn" }), step({ outcome: "failed", verdict: null }), step({ outcome: "refused" }), step({ outcome: "cancelled" })].map(stepSign);
    expect(new Set(ways.map((sign) => sign.shape)).size).toBe(ways.length);
    expect(new Set(ways.map((sign) => sign.word)).size).toBe(ways.length);
  });

  test("an answer that came and was rejected is not a success", () => {
    expect(stepSign(step({ outcome: "succeeded", verdict: "fail" }))).toMatchObject({ tone: "bad", word: "Answer rejected" });
  });
});
