import { render, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import type { Alert } from "../../src/api/types";
import { AlertTable } from "../../src/components/alert-table";
import { nothing } from "../../src/views/alerts";

const FIRING: Alert = {
  id: "a1", fingerprint: "success_rate:openai", state: "firing", severity: "critical", rule: "success_rate",
  integration: "openai", message: "Critical success rate: 12.0%", value: 12, threshold: 80,
  since: "2026-11-21T10:00:00.000+00:00", changed_at: "2026-11-21T10:00:00.000+00:00", resolved_at: null, reason: null,
};

test("a firing alert says how grave it is, a resolved one that it is over", () => {
  const over: Alert = { ...FIRING, id: "a2", state: "resolved", integration: null, resolved_at: "2026-11-21T10:05:00.000+00:00", reason: "nobody watches it" };
  render(<AlertTable alerts={[FIRING, over]} />);
  const [first, second] = screen.getAllByTestId("alert-row");
  expect(first?.textContent).toContain("Critical");
  expect(first?.textContent).toContain("Critical success rate: 12.0%");
  expect([...first!.querySelectorAll("td.number")].map((cell) => cell.textContent)).toEqual(["12 %", "80 %"]);
  expect(first?.querySelector("a")?.getAttribute("href")).toContain("openai");
  expect(second?.textContent).toContain("Resolved");
  expect(second?.textContent).toContain("all");
  expect(second?.textContent).toContain("nobody watches it");
});

test("an empty list says what is known", () => {
  expect(nothing("", 0)).toBe("Nothing is wrong: no alert fires.");
  expect(nothing("firing", 0)).toBe("Nothing is wrong: no alert fires.");
  expect(nothing("resolved", 3)).toBe("No alert was resolved yet.");
});
