import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { LANGUAGES } from "./src/widget/languages.ts";

/** What a page loads for the chat, in bytes, gzipped: the build fails where it grows beyond. */
const LIMIT = 12_000;

function sizeLimit(): Plugin {
  return {
    name: "size-limit",
    generateBundle(_, bundle) {
      const file = bundle["widget.js"];
      if (file?.type !== "chunk") return;
      const size = gzipSync(file.code, { level: 9 }).length;
      if (size > LIMIT) this.error(`widget.js has ${size} bytes gzipped, the limit is ${LIMIT}`);
    },
  };
}

/** The words of the other languages, beside the script. */
function languages(): Plugin {
  return {
    name: "languages",
    generateBundle() {
      const source = `window.HandoffWords=${JSON.stringify(LANGUAGES)};\n`;
      this.emitFile({ type: "asset", fileName: "widget-words.js", source });
    },
  };
}

// One classic script with a stable name; the dashboard's files beside it stay.
export default defineConfig({
  publicDir: false,
  plugins: [sizeLimit(), languages()],
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2022",
    // What the style sheet uses (light-dark, color-mix, logical properties) is left as it is.
    cssTarget: "esnext",
    modulePreload: false,
    lib: {
      entry: "src/widget/main.ts",
      formats: ["iife"],
      name: "handoff",
      fileName: () => "widget.js",
    },
  },
});
