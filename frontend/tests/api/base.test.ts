import { expect, test } from "vitest";
import { basePath } from "../../src/api/base";

test.each([
  ["/monitoring/dashboard", ""],
  ["/monitoring/dashboard/", ""],
  ["/api/monitoring/dashboard", ""],
  ["/ops/x/monitoring/dashboard", "/ops/x"],
  ["/ops/api/monitoring/dashboard", "/ops"],
])("the page at %s finds the API under %j", (page, base) => {
  expect(basePath(page, "")).toBe(base);
});

test("what the server declares wins over the page's own address", () => {
  expect(basePath("/monitoring/dashboard", "/elsewhere/")).toBe("/elsewhere");
});
