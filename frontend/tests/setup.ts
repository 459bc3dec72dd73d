/** What jsdom lacks: media queries never match here, and uPlot's canvas is replaced by a recorder. */
import { afterAll, afterEach, beforeEach, vi } from "vitest";

if (typeof window !== "undefined") window.matchMedia ??= (query: string) => ({ matches: false, media: query, onchange: null, addEventListener() {}, removeEventListener() {}, dispatchEvent: () => false, addListener() {}, removeListener() {} });

vi.stubGlobal("ResizeObserver", class {
  observe() {}
  disconnect() {}
});

vi.mock("uplot", () => ({
  default: class {
    static pxRatio = 1;
    setData() {}
    setSize() {}
    destroy() {}
  },
}));

// All files share one page: each test starts at its first tab, and leaves nothing on it.
beforeEach(() => {
  if (typeof window === "undefined") return;
  history.replaceState(null, "", "#/overview");
  dispatchEvent(new Event("hashchange"));
});
afterEach(async () => {
  if (typeof window !== "undefined") (await import("@testing-library/preact")).cleanup();
});

// Preact runs what a component left to do up to 35 ms later, and must still find a page then.
afterAll(async () => {
  vi.useRealTimers();
  if (typeof window !== "undefined") await new Promise((resolve) => setTimeout(resolve, 50));
});
