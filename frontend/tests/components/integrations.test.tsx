import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { complete } from "../../src/state/fold";
import { Integrations } from "../../src/views/integrations";
import { card, metrics } from "../fixtures";

afterEach(cleanup);

test("an integration nobody called has its row too, with its state and the reason", () => {
  const uncalled = card({ integration: "did", label: "D-ID", state: "unknown", reason: "no calls in the window", operations: [] });
  render(<Integrations model={complete(metrics([card(), uncalled]), [], 1, 0)} />);
  expect(screen.getAllByRole("row").slice(1).map((row) => row.querySelector("a")?.textContent)).toEqual(["OpenAI", "D-ID"]);
  expect(screen.getByText("no calls in the window").closest("tr")?.textContent).toContain("Unknown");
});
