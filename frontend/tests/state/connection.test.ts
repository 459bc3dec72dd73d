import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Frame } from "../../src/api/types";
import { writeToken } from "../../src/api/token";
import { Connection } from "../../src/state/connection";
import { incoming, link, paused, shown, togglePause, waiting } from "../../src/state/store";
import { AT, card, metrics, session } from "../fixtures";

class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readonly readyState = 1;
  readonly sent: string[] = [];
  closed = false;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string, readonly protocols?: string[]) {
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.closed = true;
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const latest = (): FakeSocket => FakeSocket.made.at(-1)!;
const snapshot = (seq = 1): Frame => ({ type: "snapshot", seq, at: AT, data: { metrics: metrics(), sessions: [session()] } });
let connection: Connection;
let answer: (resource: string) => Response;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, 16));
  vi.stubGlobal("fetch", async (url: string) => answer(url));
  FakeSocket.made = [];
  incoming.value = shown.value = null;
  link.value = { kind: "connecting" };
  paused.value = false;
  writeToken("");
  answer = (url) => Response.json(url.includes("/metrics") ? metrics() : { sessions: [], next_cursor: null, source: "memory", partial: null });
  connection = new Connection();
  connection.start();
});

afterEach(() => {
  connection.stop();
  vi.runOnlyPendingTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("many frames of one moment are shown together with the next frame of the display", () => {
  latest().says(snapshot());
  latest().says({ type: "delta", seq: 2, at: AT, data: { uptime_seconds: 1 } });
  latest().says({ type: "delta", seq: 3, at: AT, data: { uptime_seconds: 2 } });
  expect(shown.value).toBeNull();
  vi.advanceTimersByTime(16);
  expect(shown.value?.metrics.uptime_seconds).toBe(2);
  expect(link.value).toEqual({ kind: "live", lagSeconds: 0 });
});

test("a gap asks once for a snapshot, and the snapshot mends it", () => {
  latest().says(snapshot());
  latest().says({ type: "delta", seq: 5, at: AT, data: {} });
  latest().says({ type: "delta", seq: 6, at: AT, data: {} });
  expect(latest().sent).toEqual(['{"type":"snapshot"}']);
  latest().says(snapshot(6));
  latest().says({ type: "delta", seq: 7, at: AT, data: { integrations: [card({ state: "unhealthy" })] } });
  expect(incoming.value?.metrics.integrations[0]?.state).toBe("unhealthy");
});

test("a lost connection keeps its data, says so, and comes back by itself", async () => {
  latest().says(snapshot());
  latest().onclose?.();
  expect(link.value.kind).toBe("reconnecting");
  expect(incoming.value).not.toBeNull();
  await vi.advanceTimersByTimeAsync(600);
  expect(FakeSocket.made).toHaveLength(2);
  latest().says(snapshot());
  expect(link.value.kind).toBe("live");
});

test("a socket without a word for longer than a heartbeat is taken for dead", async () => {
  latest().says(snapshot());
  await vi.advanceTimersByTimeAsync(22_000);
  expect(FakeSocket.made[0]?.closed).toBe(true);
  expect(link.value.kind).toBe("reconnecting");
});

test("a refused socket falls back to asking the API, and leaves that when the socket opens", async () => {
  latest().onclose?.();
  await vi.advanceTimersByTimeAsync(50);
  expect(link.value.kind).toBe("polling");
  expect(shown.value?.metrics.instance).toBe("a1b2c3");
  await vi.advanceTimersByTimeAsync(2000);
  expect(FakeSocket.made.length).toBeGreaterThan(1);
  latest().says(snapshot());
  expect(link.value.kind).toBe("live");
});

test("an API that refuses too is told with its own words, and nothing is tried until a token came", async () => {
  answer = () => Response.json({ title: "Unauthorized", detail: "set ENVIRONMENT=development" }, { status: 401 });
  latest().onclose?.();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(link.value).toEqual({ kind: "unauthorised", detail: "set ENVIRONMENT=development" });
  expect(FakeSocket.made).toHaveLength(1);
  writeToken("a.b-c_d");
  connection.restart();
  expect(latest().protocols).toEqual(["holdfast.v1", "holdfast.bearer.a.b-c_d"]);
  expect(latest().url).not.toContain("a.b-c_d");
});

test("a server that never answered is told as such", async () => {
  answer = () => {
    throw new TypeError("refused");
  };
  latest().onclose?.();
  await vi.advanceTimersByTimeAsync(1);
  expect(link.value).toEqual({ kind: "failed", detail: "the application does not answer" });
});

test("while paused the screen stands still and counts what it misses; play shows the newest", () => {
  latest().says(snapshot());
  vi.advanceTimersByTime(16);
  togglePause();
  latest().says({ type: "delta", seq: 2, at: AT, data: { uptime_seconds: 77 } });
  vi.advanceTimersByTime(100);
  expect(shown.value?.metrics.uptime_seconds).toBe(600);
  expect(waiting.value).toBe(1);
  togglePause();
  vi.advanceTimersByTime(16);
  expect(shown.value?.metrics.uptime_seconds).toBe(77);
});

test("a hidden tab lets the connection go and takes it up again when seen", () => {
  latest().says(snapshot());
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(FakeSocket.made[0]?.closed).toBe(true);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(FakeSocket.made).toHaveLength(2);
  hidden.mockRestore();
});
