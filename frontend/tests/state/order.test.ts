// @vitest-environment node
import { expect, test } from "vitest";
import { arrange, ranked } from "../../src/state/order";
import { card } from "../fixtures";

const of = (integration: string, state: "healthy" | "degraded" | "unhealthy" | "unknown", total: number) =>
  card({ integration, label: integration, state, window: { total, succeeded: total, failed: 0, refused: 0, cancelled: 0 } });

test("what hurts comes first, then what is used most, and the unused last", () => {
  const cards = [of("unused", "unknown", 0), of("quiet", "healthy", 3), of("busy", "healthy", 400), of("slow", "degraded", 1), of("dead", "unhealthy", 0)];
  expect(ranked(cards)).toEqual(["dead", "slow", "busy", "quiet", "unused"]);
});

test("a few calls more do not swap two equally busy integrations", () => {
  expect(ranked([of("b", "healthy", 41), of("a", "healthy", 40)])).toEqual(["a", "b"]);
});

test("a frozen order keeps every place and puts new integrations last", () => {
  const cards = [of("new", "unhealthy", 9), of("a", "healthy", 1), of("b", "unhealthy", 1)];
  expect(arrange(cards, ["a", "b"]).map((each) => each.integration)).toEqual(["a", "b", "new"]);
});
