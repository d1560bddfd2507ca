import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { ICONS } from "../src/dashboard/parts/icons.ts";

const FILE = "icons.svg";
const require = createRequire(import.meta.url);

/** One `<symbol>` for an icon: what stands between the tags of its own file. */
function symbol(name: string): string {
  const svg = readFileSync(require.resolve(`lucide-static/icons/${name}.svg`), "utf8");
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="icon-${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
}

function sprite(): string {
  const symbols = ICONS.map(symbol).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC licence, lucide.dev/license -->\n${symbols}\n</svg>\n`;
}

/** Serves and emits the sprite of all the icons that `icons.ts` names. */
export function iconSprite(): Plugin {
  return {
    name: "icon-sprite",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.url?.split("?")[0] !== `/ui/${FILE}`) return next();
        response.setHeader("Content-Type", "image/svg+xml");
        response.end(sprite());
      });
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: FILE, source: sprite() });
    },
  };
}
