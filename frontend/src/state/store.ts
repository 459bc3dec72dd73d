/** What the page knows, as signals. Only state/connection.ts and state/polling.ts write here. */
import { computed, effect, signal } from "@preact/signals";
import type { Model } from "./fold";

export type Link =
  | { kind: "connecting" }
  | { kind: "live"; lagSeconds: number }
  | { kind: "polling" }
  | { kind: "reconnecting" }
  | { kind: "unauthorised"; detail: string }
  | { kind: "failed"; detail: string };

/** The state of the way to the server. */
export const link = signal<Link>({ kind: "connecting" });

/** The newest model; frames are folded into it even while the page is paused. */
export const incoming = signal<Model | null>(null);

/** The model on the screen; it follows `incoming` once a frame of the display, unless paused. */
export const shown = signal<Model | null>(null);

export const paused = signal(false);

/** Frames that arrived since the page was paused. */
export const waiting = signal(0);

/** Milliseconds by which this machine's clock is ahead of the server's. */
export const aheadMs = signal(0);

/** Local wall clock, one tick a second; stands still while the page is paused. */
export const now = signal(Date.now());

/** True when what is on the screen is not what the server would say now. */
export const stale = computed(() => {
  const kind = link.value.kind;
  return shown.value !== null && kind !== "live" && kind !== "polling" && kind !== "connecting";
});

/** How often the server came back: what was asked before may be a former process's word, or no word at all. */
export const returns = signal(0);

let away = false;
effect(() => {
  const { kind } = link.value;
  if (kind === "reconnecting" || kind === "failed" || kind === "unauthorised") away = true;
  else if (away && kind !== "connecting") {
    away = false;
    returns.value = returns.peek() + 1;
  }
});

let scheduled = false;

/** Shows the newest model with the next frame of the display: many socket frames, one rendering. */
export function show(): void {
  if (paused.value) {
    waiting.value += 1;
    return;
  }
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    if (!paused.value) shown.value = incoming.value;
  });
}

export function togglePause(): void {
  paused.value = !paused.value;
  waiting.value = 0;
  if (!paused.value) {
    now.value = Date.now();
    show();
  }
}

/** Starts the one-second clock; returns how to stop it. */
export function startClock(): () => void {
  const timer = setInterval(() => {
    if (!paused.value && !document.hidden) now.value = Date.now();
  }, 1000);
  return () => clearInterval(timer);
}
