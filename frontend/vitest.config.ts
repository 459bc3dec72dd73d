import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // One jsdom for all files: making one for each took four fifths of the time.
  test: { environment: "jsdom", isolate: false, setupFiles: ["tests/setup.ts"], include: ["tests/**/*.test.{ts,tsx}"], css: true },
});
