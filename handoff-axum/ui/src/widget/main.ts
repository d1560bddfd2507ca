import { Handoff } from "./api.ts";

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[data-service][src*="widget.js"]');
const page = window as { Handoff?: unknown };
const queue = page.Handoff;

// A page that has the script twice has one widget.
if (!(queue instanceof Object && "boot" in queue)) {
  const handoff = new Handoff(new URL(".", script?.src || location.href).href);
  const start = () => {
    const { service, locale, theme, launcher } = script?.dataset ?? {};
    if (service) {
      handoff.boot({
        service,
        ...(locale && { locale }),
        ...((theme === "light" || theme === "dark") && { theme }),
        launcher: launcher !== "false",
      });
    }
    if (Array.isArray(queue)) handoff.push(...queue);
  };
  page.Handoff = handoff;
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start, { once: true });
}
