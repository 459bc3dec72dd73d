import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const BUDGET_KB = 150;

/** Prints the gzip size of everything a browser loads and fails the build above the budget. */
function budget(): Plugin {
  return {
    name: "budget",
    generateBundle(_options, bundle) {
      const bytes = Object.values(bundle)
        .map((file) => gzipSync(file.type === "chunk" ? file.code : file.source).length)
        .reduce((sum, size) => sum + size, 0);
      const kb = bytes / 1000;
      this.info(`page: ${kb.toFixed(1)} kB gzip of ${BUDGET_KB} kB`);
      if (kb > BUDGET_KB) this.error(`the page weighs ${kb.toFixed(1)} kB gzip, above ${BUDGET_KB} kB`);
    },
  };
}

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [budget()],
  // The page lives at …/monitoring/dashboard without a trailing slash, so that "dashboard/assets/x"
  // is the relative address of an asset behind any path prefix. See README.md.
  experimental: {
    renderBuiltUrl: (filename, { hostType }) =>
      hostType === "html" ? `dashboard/${filename}` : { relative: true },
  },
  build: {
    outDir: "../src/holdfast/dashboard",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npm run dev` shows the page at /monitoring/dashboard next to an application on port 10000.
  server: {
    proxy: {
      "/monitoring/api": "http://127.0.0.1:10000",
      "/monitoring/ws": { target: "ws://127.0.0.1:10000", ws: true },
    },
  },
});
