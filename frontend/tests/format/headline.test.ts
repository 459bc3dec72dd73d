// @vitest-environment node
import { expect, test } from "vitest";
import { hasProblem, headline, worstState } from "../../src/format/headline";
import { totals } from "../../src/format/totals";
import { AT, card, metrics, session, step } from "../fixtures";

const calm = { total: 9, succeeded: 9, failed: 0, refused: 0, cancelled: 0 };
const of = (state: "healthy" | "degraded" | "unhealthy" | "unknown", label = "X") => card({ integration: label, label, state, window: calm });

test("one calm clause when all is well", () => {
  expect(headline(metrics([of("healthy", "A"), of("healthy", "B")]), [session()])).toBe("All 2 integrations are healthy");
});

test("it says how many hurt, which, whom, and what was refused", () => {
  const cards = [of("unhealthy", "OpenAI"), of("degraded", "ElevenLabs"), { ...of("healthy", "P"), window: { ...calm, refused: 43 } }];
  const sessions = [session({ overall_status: "failed" }), session({ overall_status: "partial" }), session()];
  expect(headline(metrics(cards), sessions)).toBe("1 of 3 integrations unhealthy (OpenAI), 1 degraded (ElevenLabs); 2 of the last 3 sessions had a problem; 43 calls refused by open breakers and limits");
});

test("nothing guarded, nothing ever called and nothing called lately are told apart", () => {
  const never = { ...of("unknown"), lifetime: { total: 0, succeeded: 0, failed: 0, refused: 0, since: AT } };
  expect(headline(metrics([]), [])).toBe("Nothing is guarded yet");
  expect(headline(metrics([never]), [])).toBe("No integration has been called yet");
  expect(headline(metrics([never, of("healthy")]), [])).toBe("1 of 2 integrations healthy, the others not called yet");
  expect(headline(metrics([of("unknown")]), [])).toBe("No integration has been called in the last 5 min");
  expect(headline(metrics([never, of("unknown"), of("healthy")]), [])).toBe("1 of 3 integrations healthy, the others not called in the last 5 min");
});

test("a running session is counted once a step failed for good, not for an issue that may not matter", () => {
  const running = { overall_status: "running", status: "active", issues_found: 1 } as const;
  expect(hasProblem(session(running))).toBe(false);
  expect(hasProblem(session({ ...running, steps: [step({ outcome: "failed" })] }))).toBe(true);
  expect(hasProblem(session({ ...running, steps: [step({ outcome: "refused" }), step()] }))).toBe(false);
  const own = { step: step().step, score: null, reason: null, method: null, at: AT };
  expect(hasProblem(session({ ...running, own_verdicts: [{ ...own, verdict: "fail" }] }))).toBe(true);
  expect(hasProblem(session({ ...running, steps: [step({ outcome: "failed" })], own_verdicts: [{ ...own, verdict: "pass" }] }))).toBe(false);
});

test("the worst state wins, and an unused integration does not spoil a healthy one", () => {
  expect(worstState([of("healthy"), of("unhealthy"), of("degraded")])).toBe("unhealthy");
  expect(worstState([of("healthy"), of("unknown")])).toBe("healthy");
  expect(worstState([])).toBe("unknown");
});

test("totals are made of counts, never of averaged rates; a refused call enters none", () => {
  const all = totals(metrics([card(), card({ integration: "b", window: calm, judged: 2, verdicts: { pass: 1, warn: 1, fail: 0, not_judged: 7 }, waited_ms: { p50: 0, p95: 9, p99: 9 } })]));
  expect(all).toMatchObject({ calls: 49, failed: 2, judged: 40, rejected: 1, refused: 5, worstWaitMs: 9, meaningRate: 97.5 });
  expect(all.successRate).toBeCloseTo(95.918, 3);
});

test("no call means no rate", () => {
  expect(totals(metrics([]))).toMatchObject({ successRate: null, meaningRate: null, worstWaitMs: null });
});
