import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { complete } from "../../src/state/fold";
import { Trends } from "../../src/views/trends";
import { card, metrics } from "../fixtures";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("why there is no trend is a paragraph, which a narrow cell breaks into whole lines", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ detail: "the record does not answer (DatabaseError)" }, { status: 503 })));
  render(<Trends model={complete(metrics([card()]), [], 1, 0)} />);
  expect((await screen.findByText("the record does not answer (DatabaseError)")).tagName).toBe("P");
});
