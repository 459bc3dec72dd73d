/** What jsdom lacks: media queries never match here, and uPlot's canvas is replaced by a recorder. */
import { vi } from "vitest";

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
