import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { CardGrid } from "../../src/components/card-grid";
import { IntegrationCard } from "../../src/components/integration-card";
import { complete } from "../../src/state/fold";
import { AT, card, metrics, operation } from "../fixtures";

afterEach(cleanup);

const show = (changes: Parameters<typeof card>[0] = {}) => render(<IntegrationCard card={card(changes)} arrivedMs={performance.now()} />);

test("success and meaning stand side by side, each with the counts behind it", () => {
  show({ success_rate: 100, meaning_rate: 50, window: { total: 10, succeeded: 10, failed: 0, refused: 0, cancelled: 0 }, judged: 10, verdicts: { pass: 5, warn: 0, fail: 5, not_judged: 0 } });
  expect(screen.getByTestId("success-openai").textContent).toBe("100");
  expect(screen.getByTestId("meaning-openai").textContent).toBe("50.0");
  expect(screen.getByText("5 of 10 judged rejected")).toBeTruthy();
  expect(screen.getByTestId("total-openai").textContent).toBe("10");
});

test("state and breaker are words with a shape, not colours", () => {
  show({ state: "unhealthy", reason: "breaker of chat is open", operations: [operation({ state: "open", retry_in_seconds: 8, refused: 43 })] });
  expect(screen.getByTestId("state-openai").textContent).toBe("Unhealthy");
  const breaker = screen.getByTestId("breaker-openai-chat");
  expect(breaker.textContent).toContain("Open");
  expect(breaker.textContent).toContain("probe in 8 s · 43 calls refused");
  expect(breaker.querySelector("svg.shape rect")).toBeTruthy();
  expect(screen.getByText("breaker of chat is open")).toBeTruthy();
});

test("no data is a dash, never a zero", () => {
  show({ success_rate: null, meaning_rate: null, judged: 0, latency_ms: { p50: null, p95: null, p99: null } });
  expect(screen.getByTestId("success-openai").textContent).toBe("–");
  expect(screen.getByTestId("meaning-openai").textContent).toBe("–");
});

test("the last problem is told with its reason", () => {
  show({ last_problem: { at: AT, operation: "chat", error: "SemanticError", reason: "the answer is empty (0 characters)" } });
  expect(screen.getByText("SemanticError").parentElement?.textContent).toBe("SemanticError the answer is empty (0 characters)");
});

test("a used-up rate limit says so, with the provider's own 429s", () => {
  show({ limit: { limit: 60, per_seconds: 60, used: 60, resets_in_seconds: 12.1, refused: 2, rate_limited: 1 } });
  expect(screen.getByText("used up · 60 of 60 per 60 s · resets in 12 s · since the start 1 × 429, 2 calls refused by us")).toBeTruthy();
  expect(screen.getByRole("meter").getAttribute("aria-valuenow")).toBe("60");
});

test("the chart says in words what it shows", () => {
  show();
  expect(screen.getByTestId("sparkline-openai").getAttribute("aria-label")).toContain("p95 latency between");
});

test("cards keep their places while the pointer is among them, and sort when it has left", async () => {
  const a = card({ integration: "a", label: "A" });
  const b = card({ integration: "b", label: "B" });
  const model = complete(metrics([a, b]), [], 1, 0);
  const hurt = complete(metrics([a, { ...b, state: "unhealthy" }]), [], 2, 0);
  const { container, rerender } = render(<CardGrid model={model} />);
  const order = (): (string | null)[] => within(container as HTMLElement).getAllByRole("article").map((each) => each.getAttribute("data-testid"));
  const grid = container.querySelector(".cards")!;
  await fireEvent.pointerEnter(grid);
  rerender(<CardGrid model={hurt} />);
  expect(order()).toEqual(["card-a", "card-b"]);
  await fireEvent.pointerLeave(grid);
  expect(order()).toEqual(["card-b", "card-a"]);
});
