import type { Keymap } from "./shortcuts.svelte";

/** Keys that walk through whatever has `data-card` in a list: each has one link or button that opens it. */
export function listKeys(list: () => HTMLElement | undefined): Keymap {
  const step = (by: 1 | -1, attention: boolean) => () => {
    const all = [...(list()?.querySelectorAll<HTMLElement>("[data-card]") ?? [])];
    const at = all.findIndex((card) => card.contains(document.activeElement));
    const start = at >= 0 ? at : all.findIndex((card) => card.querySelector("[aria-current]"));
    const next = nextOf(all, start, by, attention);
    next?.querySelector<HTMLElement>("a, button")?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  return {
    J: step(1, false),
    ArrowDown: step(1, false),
    K: step(-1, false),
    ArrowUp: step(-1, false),
    ".": step(1, true),
    ",": step(-1, true),
  };
}

function nextOf(all: HTMLElement[], start: number, by: 1 | -1, attention: boolean): HTMLElement | undefined {
  if (start < 0 && by < 0) return all.findLast((card) => !attention || "attention" in card.dataset);
  const rest = by > 0 ? all.slice(start + 1) : all.slice(0, Math.max(0, start)).reverse();
  return rest.find((card) => !attention || "attention" in card.dataset);
}
