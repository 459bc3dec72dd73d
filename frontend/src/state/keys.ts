/** The keyboard: `g` and a letter changes the tab, single keys act; keys typed into a field are left alone. */
import { signal } from "@preact/signals";
import { go, parseRoute, setParams, type Tab } from "./route";
import { togglePause } from "./store";

export const helpOpen = signal(false);

const TAB_KEYS: Readonly<Record<string, Tab>> = { o: "overview", i: "integrations", s: "sessions", a: "alerts", t: "trends", c: "configuration" };

export const HELP: readonly (readonly [string, string])[] = [
  ["g o", "Overview"], ["g i", "Integrations"], ["g s", "Sessions"], ["g a", "Alerts"], ["g t", "Trends"], ["g c", "Configuration"],
  ["p", "Pause or play"], ["/", "Search sessions"], ["j  k", "Next or previous session"], ["Enter", "Open"], ["Esc", "Close"], ["?", "This help"],
];

/** How long the second key may take after `g`. */
const CHORD_MS = 1500;
let chordUntil = 0;

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Handles one key press; installed once on the document. */
export function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return escape(event);
  if (isField(event.target) || helpOpen.value) return;
  const tab = event.timeStamp < chordUntil ? TAB_KEYS[event.key] : undefined;
  chordUntil = event.key === "g" ? event.timeStamp + CHORD_MS : 0;
  if (tab) go(tab);
  else if (event.key === "p") togglePause();
  else if (event.key === "?") helpOpen.value = true;
  else if (event.key === "/") search();
  else if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
  else return;
  event.preventDefault();
}

function escape(event: KeyboardEvent): void {
  const { params } = parseRoute(location.hash);
  if (helpOpen.value) helpOpen.value = false;
  else if (isField(event.target)) (event.target as HTMLElement).blur();
  else if (params["session"]) setParams({ session: "" });
}

function search(): void {
  const field = (): HTMLInputElement | null => document.querySelector<HTMLInputElement>("input[type=search]");
  if (field() === null) go("sessions");
  // the field of another tab appears with the next rendering
  setTimeout(() => field()?.focus(), field() === null ? 60 : 0);
}

/** Moves to the next session; with an open peek the peek follows. */
function walk(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("tr[data-session]")];
  if (rows.length === 0) return;
  const { params } = parseRoute(location.hash);
  const focused = rows.findIndex((row) => row.contains(document.activeElement));
  const open = rows.findIndex((row) => row.dataset["session"] === params["session"]);
  const from = params["session"] ? open : focused;
  const next = rows[Math.min(rows.length - 1, Math.max(0, from + step))];
  if (params["session"]) setParams({ session: next?.dataset["session"] ?? "" }, true);
  else next?.querySelector("a")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
