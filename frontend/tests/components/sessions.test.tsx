import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import type { Session } from "../../src/api/types";
import { complete } from "../../src/state/fold";
import { continued, Sessions } from "../../src/views/sessions";
import { metrics, session } from "../fixtures";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const of = (number: number): Session => session({ session_id: `s-${number}`, started_at: new Date(number * 1000).toISOString() });
const down = (from: number, to: number): Session[] => Array.from({ length: from - to + 1 }, (_, index) => of(from - index));
const page = (sessions: Session[], next_cursor: string | null = "c") => ({ sessions, next_cursor, source: "record" as const, partial: null });
const shown = (): (string | undefined)[] => screen.getAllByTestId("session-row").map((row) => row.dataset["session"]);

test("sessions that came and went from the live list while older ones are shown are not missing", async () => {
  let newest = 5;
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(page(down(newest, 1), null))));
  const live = (): ReturnType<typeof complete> => complete(metrics(), down(newest, newest - 1), 1, 0);
  const { rerender } = render(<Sessions model={live()} />);
  await act(() => void fireEvent.click(screen.getByText("Load older")));
  await vi.waitFor(() => expect(shown()).toEqual(["s-5", "s-4", "s-3", "s-2", "s-1"]));
  newest = 9;
  rerender(<Sessions model={live()} />);
  await vi.waitFor(() => expect(shown()).toEqual(["s-9", "s-8", "s-7", "s-6", "s-5", "s-4", "s-3", "s-2", "s-1"]));
});

test("what a fresh page does not reach any more is let go: it can be loaded again", () => {
  expect(continued(page(down(5, 1), "old"), page(down(9, 6), "new"))).toEqual(page(down(9, 6), "new"));
  expect(continued(page(down(5, 1), "old"), page(down(9, 5), "new"))).toEqual(page(down(9, 1), "old"));
});
