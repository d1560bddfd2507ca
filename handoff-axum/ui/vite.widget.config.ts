import { defineConfig } from "vite";

// One classic script with a stable name; the dashboard's files beside it stay.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2022",
    // What the style sheet uses (light-dark, color-mix, logical properties) is left as it is.
    cssTarget: "esnext",
    modulePreload: false,
    lib: { entry: "src/widget/main.ts", formats: ["iife"], name: "handoff", fileName: () => "widget.js" },
  },
});
