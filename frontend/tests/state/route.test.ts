import { expect, test } from "vitest";
import { hrefOf, parseRoute } from "../../src/state/route";

test("an address names the tab and its parameters, and can be read back", () => {
  const href = hrefOf("sessions", { session: "s/1 ü&=", show: "problem", search: "" });
  expect(href).not.toContain("search");
  expect(parseRoute(href)).toEqual({ tab: "sessions", params: { session: "s/1 ü&=", show: "problem" } });
});

test("an empty or unknown address is the overview", () => {
  expect(parseRoute("")).toEqual({ tab: "overview", params: {} });
  expect(parseRoute("#/nonsense?x=1").tab).toBe("overview");
});
