import { expect, test } from "vitest";
import { journeyOf } from "../../src/format/journey";
import { own, session, step } from "../fixtures";

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

test("a word stands at the last call of its step before it, and by itself where there is none", () => {
  const steps = [step({ step: "a", at: at(1) }), step({ step: "a", at: at(2) }), step({ step: "b", at: at(4) }), step({ step: "a", at: at(6) })];
  const said = [own({ step: "a", at: at(3) }), own({ step: "c", at: at(5) }), own({ step: "d", at: at(9) })];
  const stops = journeyOf(session({ steps, own_verdicts: said }));
  expect(stops.map(({ name, call, own: word }) => [name, call?.at ?? null, word?.at ?? null])).toEqual([
    ["a", at(1), null], ["a", at(2), at(3)], ["b", at(4), null], ["c", null, at(5)], ["a", at(6), null], ["d", null, at(9)],
  ]);
  expect(journeyOf(session({ steps: [] }))).toEqual([]);
});
