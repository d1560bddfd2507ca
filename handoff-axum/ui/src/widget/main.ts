import { createHandoff, type Handoff } from "./api.ts";
import type { Theme } from "./view/panel.ts";

const script = document.currentScript as HTMLScriptElement | null;
const page = window as { Handoff?: Handoff | Parameters<Handoff["push"]> };
const queue = page.Handoff;

// A page that has the script twice has one widget.
if (!queue || Array.isArray(queue)) {
  const handoff = createHandoff(new URL(".", script?.src || location.href).href);
  const start = () => {
    const { service, locale, theme, launcher } = script?.dataset ?? {};
    // A theme that there is none of leaves the choice to the browser.
    if (service) handoff.boot({ service, locale, theme: theme as Theme, launcher: launcher !== "false" });
    handoff.push(...(queue ?? []));
  };
  page.Handoff = handoff;
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start, { once: true });
}
