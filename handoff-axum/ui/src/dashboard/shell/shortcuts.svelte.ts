import { preferences } from "../store/preferences.svelte";

/** What a key does: the name of the key (with `Shift+` before it) to the deed. */
export type Keymap = Record<string, (event: KeyboardEvent) => void>;

/** The second key of a sequence like G L must come within so long, in milliseconds. */
const SEQUENCE = 1_200;

const maps: Keymap[] = [];
let sequence: { first: string; until: number } | null = null;

/** Binds keys until the answer is called; of two that bind the same key the later one has it. */
export function bindKeys(map: Keymap): () => void {
  maps.push(map);
  return () => {
    const at = maps.indexOf(map);
    if (at >= 0) maps.splice(at, 1);
  };
}

/** Binds keys while the component lives. */
export function useKeys(map: () => Keymap): void {
  $effect(() => bindKeys(map()));
}

/** The one listener of the page. */
export function listenForKeys(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const chord = chordOf(event);
  if (chord === "Mod+K") return run(chord, event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const leaving = event.key === "Escape";
  if (event.key.startsWith("Arrow") && hasOwnArrows(event.target)) return;
  if (document.querySelector("dialog[open]") || isTyping(event.target)) return;
  if (!preferences.now.keys && !leaving) return;
  run(withSequence(chord, event), event);
}

function run(chord: string, event: KeyboardEvent): void {
  const map = maps.findLast((one) => chord in one);
  if (!map) return;
  event.preventDefault();
  map[chord]?.(event);
}

function withSequence(chord: string, event: KeyboardEvent): string {
  const open = sequence && event.timeStamp < sequence.until ? sequence.first : null;
  sequence = null;
  if (open) return `${open} ${chord}`;
  if (maps.some((map) => Object.keys(map).some((key) => key.startsWith(`${chord} `)))) {
    sequence = { first: chord, until: event.timeStamp + SEQUENCE };
  }
  return chord;
}

/** `Shift+E`, `?`, `J`, `Escape`: letters in capitals, signs as they are. */
function chordOf(event: KeyboardEvent): string {
  const letter = /^\p{L}$/u.test(event.key);
  const key = letter ? event.key.toUpperCase() : event.key;
  if ((event.ctrlKey || event.metaKey) && key === "K") return "Mod+K";
  const named = key.length > 1 || letter;
  return event.shiftKey && named && key !== "Escape" ? `Shift+${key}` : key;
}

/** Whether keys write something there. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  ) {
    return true;
  }
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "button", "range"].includes(target.type)
  );
}

/** Where arrows scroll or choose. */
function hasOwnArrows(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest("[data-own-arrows], [role=menu], [role=listbox]") !== null
  );
}
