import { act, cleanup, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { ContextLost } from "../../src/components/context-lost";
import { Announcer } from "../../src/components/announcer";
import { linkSign } from "../../src/components/live-state";
import { RecordStrip } from "../../src/components/record-strip";
import { SessionTable } from "../../src/components/session-table";
import { OutagePanel } from "../../src/components/outage-panel";
import { Waterfall } from "../../src/components/waterfall";
import { journeyOf } from "../../src/format/journey";
import { scenarios } from "../../src/state/outages";
import { metrics, own, session, step } from "../fixtures";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test("the record is silent while all is written, and names every loss", () => {
  const { record } = metrics();
  const { container, rerender } = render(<RecordStrip record={record} dropped={{ live_client_slow: 0 }} />);
  expect(container.textContent).toBe("");
  rerender(<RecordStrip record={{ ...record, dropped: { buffer_full: 3 } }} dropped={{ live_client_slow: 1 }} />);
  expect(container.textContent).toBe("3 events dropped (buffer_full) · 1 event dropped (live_client_slow)");
  rerender(<RecordStrip record={{ ...record, status: "failing", waiting: 9, last_error: "database is locked", last_written_at: null }} dropped={{}} />);
  expect(container.textContent).toBe("record failing: database is locked · 9 waiting");
});

test("the state of the connection is told in words", () => {
  expect(linkSign({ kind: "live", lagSeconds: 0 }, "12:04:10").words).toBe("live");
  expect(linkSign({ kind: "live", lagSeconds: 2 }, "12:04:10").words).toBe("live · 2 s behind");
  expect(linkSign({ kind: "reconnecting" }, "12:04:10").words).toBe("reconnecting, showing data of 12:04:10");
});

test("screen readers hear a change at most once in ten seconds, then the newest", async () => {
  vi.useFakeTimers();
  const { container, rerender } = render(<Announcer text="one" />);
  await act(() => void vi.advanceTimersByTime(1));
  expect(container.textContent).toBe("one");
  rerender(<Announcer text="two" />);
  rerender(<Announcer text="three" />);
  await act(() => void vi.advanceTimersByTime(9000));
  expect(container.textContent).toBe("one");
  await act(() => void vi.advanceTimersByTime(1001));
  expect(container.textContent).toBe("three");
});

test("a session row tells each step by word and title, and opens by its own link", () => {
  render(<SessionTable sessions={[session({ step_count: 3, steps: [step(), step({ step: "guidance", outcome: "refused", verdict: null, reason: "breaker of chat is open" })] })]} />);
  const row = screen.getByTestId("session-row");
  expect(row.textContent).toContain("+1");
  expect(screen.getByText("Refused")).toBeTruthy();
  expect(screen.getByTitle(/guidance: Refused .* breaker of chat is open/)).toBeTruthy();
  expect(screen.getByRole("link").getAttribute("href")).toBe("#/overview?session=s-1");
});

test("there is no outage panel without a simulator; with one, the fault in force can be ended", () => {
  const { container, rerender } = render(<OutagePanel cards={[]} />);
  expect(container.textContent).toBe("");
  scenarios.value = {
    seed: 7,
    providers: { openai: { scenario: { kind: "hang" }, calls: 3, faulted: 2 }, elevenlabs: { scenario: null, calls: 0, faulted: 0 } },
    kinds: [{ kind: "hang", title: "Hang", providers: ["openai", "elevenlabs"] }, { kind: "silent_audio", title: "Silent audio", providers: ["elevenlabs"] }],
  };
  rerender(<OutagePanel cards={[]} />);
  expect(screen.getByTestId("outage-openai-hang").getAttribute("aria-pressed")).toBe("true");
  expect(screen.getByTestId("end-outage-openai")).toBeTruthy();
  expect(screen.getByTestId("outage-elevenlabs-silent_audio").getAttribute("aria-pressed")).toBe("false");
  expect(screen.queryByTestId("outage-openai-silent_audio")).toBeNull();
  expect(screen.queryByTestId("end-outage-elevenlabs")).toBeNull();
});

test("what of a session's context was lost is named, and where it was last", async () => {
  const flow = { context_lost: true, context_flow: [
    { step: "chart", at: "2026-03-14T15:09:26Z", lost: [] },
    { step: "answer", at: "2026-03-14T15:09:27Z", lost: [{ field: "birth.time", kind: "lost", last_step: "chart" }] },
  ] };
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(flow), { headers: { "content-type": "application/json" } })));
  const { findByTestId } = render(<ContextLost session={session({ issues_found: 1 })} />);
  expect((await findByTestId("context-lost")).textContent).toBe("Context lost on the waybirth.time lost in answer · chart still had it");
  vi.unstubAllGlobals();
});

test("the application's own word on a step wins over its call's, and both can be read", () => {
  const said = [own({ step: "birth_chart", verdict: "fail", reason: "wrong sign" }), own({ step: "summary", verdict: "warn" })];
  const judged = session({ own_verdicts: said });
  const { container } = render(<><SessionTable sessions={[judged]} /><Waterfall session={judged} stops={journeyOf(judged)} /></>);
  expect(screen.getByTitle(/^birth_chart: Rejected by the application · wrong sign · Succeeded · prokerala planet-position · 40/)).toBeTruthy();
  expect(screen.getByTitle("summary: Doubted by the application").className).toContain("tone-warn");
  const [chart, summary] = container.querySelectorAll(".waterfall li");
  expect(chart?.textContent).toContain("Rejected by the application · wrong sign · score 0.25");
  expect(chart?.textContent).toContain("Call: Succeeded · score 1.00");
  expect(summary?.textContent).toBe("summaryno callDoubted by the application · score 0.25");
});
