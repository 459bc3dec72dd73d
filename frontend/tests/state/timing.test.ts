// @vitest-environment node
import { expect, test } from "vitest";
import { backoffMs } from "../../src/state/backoff";
import { LagMeter } from "../../src/state/lag";

test("waits double from half a second up to fifteen, shortened by at most half", () => {
  expect([0, 1, 2, 5, 20].map((attempt) => backoffMs(attempt, 0.999999))).toEqual([500, 1000, 2000, 15_000, 15_000].map((ms) => expect.closeTo(ms, 0)));
  expect(backoffMs(0, 0)).toBe(250);
});

test("lag is what a frame took longer than the fastest one, so a wrong clock does not count", () => {
  const meter = new LagMeter();
  const skew = 3_600_000;
  meter.saw(1000, 1000 + skew);
  expect([meter.seconds, meter.aheadMs]).toEqual([0, skew]);
  meter.saw(2000, 4500 + skew);
  expect(meter.seconds).toBe(2.5);
  meter.saw(Number.NaN, 1);
  expect(meter.seconds).toBe(2.5);
});

test("a clock that is right, but for the network, is not ahead", () => {
  const meter = new LagMeter();
  expect(meter.aheadMs).toBe(0);
  meter.saw(1000, 1400);
  expect(meter.aheadMs).toBe(0);
});
