import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { iconSprite } from "./scripts/icon-sprite.ts";

/** Where the server that `npm run dev` talks to listens. */
const server = process.env.HANDOFF_URL ?? "http://127.0.0.1:8080";

// Stable names, one script, one style sheet: the built files are committed, and the server embeds them.
export default defineConfig({
  base: "/ui/",
  plugins: [svelte(), iconSprite()],
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  build: {
    outDir: "dist",
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    rolldownOptions: {
      output: {
        entryFileNames: "app.js",
        codeSplitting: false,
        assetFileNames: (asset) =>
          asset.names.some((n) => n.endsWith(".css")) ? "app.css" : "[name][extname]",
      },
    },
  },
  server: { proxy: { "/api": { target: server, ws: true, changeOrigin: false } } },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    restoreMocks: true,
  },
});
