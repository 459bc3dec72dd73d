/** Line icons of the frame; decoration beside a word, never instead of one. */
import type { Tab } from "../state/route";

const PATHS = {
  overview: "M2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4zM2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4z",
  integrations: "M6 2v3M10 2v3M4 5h8v3a4 4 0 0 1-8 0zM8 12v2.5",
  sessions: "M3 3.5h10M3 8h10M3 12.5h6",
  alerts: "M8 2a4 4 0 0 1 4 4c0 3.5 1.5 4.5 1.5 5.5h-11C2.5 10.5 4 9.5 4 6a4 4 0 0 1 4-4zM6.5 14h3",
  trends: "M2 12.5 6 8l3 2.5 5-6.5",
  configuration: "M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6M8.5 4.5a1.7 1.7 0 1 0 3.5 0 1.7 1.7 0 1 0-3.5 0M4 11.5a1.7 1.7 0 1 0 3.5 0 1.7 1.7 0 1 0-3.5 0",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6L13 8z",
  auto: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  light: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 1 0 0-5.6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  dark: "M13 9.5A5.5 5.5 0 1 1 6.5 3a4.5 4.5 0 0 0 6.5 6.5z",
  help: "M5.8 6a2.2 2.2 0 1 1 3.3 1.9c-.7.4-1.1.9-1.1 1.7M8 12.5v.1",
  close: "m4 4 8 8m0-8-8 8",
  bolt: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  text: "M2.5 3.5h11v7H8L4.5 13.5v-3h-2z",
  voice: "M3 6.5v3M5.5 4.5v7M8 2.5v11M10.5 4.5v7M13 6.5v3",
  star: "M8 2.2 9.7 6l4.1.4-3.1 2.7.9 4L8 11l-3.6 2.1.9-4L2.2 6.4 6.3 6z",
  anchor: "M8 6.2V14M8 2.5a1.8 1.8 0 1 0 0 3.7 1.8 1.8 0 1 0 0-3.7M5 8h6M2.5 9.5C2.8 12.2 5 14 8 14s5.2-1.8 5.5-4.5",
} as const satisfies Record<Tab, string> & Record<string, string>;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** The icon of a kind of provider ("language model", "text to speech"). */
export function kindIcon(kind: string): IconName {
  if (/language|chat|model/i.test(kind)) return "text";
  if (/voice|speech|audio/i.test(kind)) return "voice";
  if (/astro|chart/i.test(kind)) return "star";
  return "integrations";
}
