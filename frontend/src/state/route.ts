/** The page's address: `#/sessions?session=s-1`. Everything that can be seen can be linked to, and Back works. */
import { computed, signal } from "@preact/signals";

export const TABS = ["overview", "integrations", "sessions", "alerts", "trends", "configuration"] as const;
export type Tab = (typeof TABS)[number];

export interface Route {
  tab: Tab;
  params: Readonly<Record<string, string>>;
}

/** Reads a hash; an unknown tab is the overview. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const tab = TABS.find((known) => known === path) ?? "overview";
  return { tab, params: Object.fromEntries(new URLSearchParams(query)) };
}

/** The address of a route; empty parameters are left out. */
export function hrefOf(tab: Tab, params: Record<string, string> = {}): string {
  const kept = Object.entries(params).filter(([, value]) => value !== "");
  const query = new URLSearchParams(kept).toString();
  return `#/${tab}${query ? `?${query}` : ""}`;
}

const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));

export const route = computed(() => parseRoute(hash.value));

export function go(tab: Tab, params: Record<string, string> = {}): void {
  location.hash = hrefOf(tab, params);
}

/** Changes parameters of the current tab; an empty value removes one. `replace` leaves no step for Back. */
export function setParams(params: Record<string, string>, replace = false): void {
  const { tab, params: before } = parseRoute(location.hash);
  const href = hrefOf(tab, { ...before, ...params });
  if (replace) {
    history.replaceState(null, "", href);
    hash.value = href;
  } else {
    location.hash = href;
  }
}
