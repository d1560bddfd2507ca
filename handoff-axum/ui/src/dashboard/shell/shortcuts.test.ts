import { beforeEach, expect, test, vi } from "vitest";
import { preferences } from "../store/preferences.svelte";
import { bindKeys, listenForKeys } from "./shortcuts.svelte";

function press(key: string, target: EventTarget = document.body, init: KeyboardEventInit = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, "target", { value: target });
  listenForKeys(event);
  return event;
}

let take: ReturnType<typeof vi.fn<() => void>>;
let live: ReturnType<typeof vi.fn<() => void>>;

beforeEach(() => {
  preferences.set({ keys: true });
  take = vi.fn<() => void>();
  live = vi.fn<() => void>();
  const unbind = bindKeys({ T: take, "G L": live, "Mod+K": live, Escape: take });
  return unbind;
});

test("a single key does its deed, whatever the case", () => {
  press("t");
  expect(take).toHaveBeenCalledTimes(1);
});

test("a key typed into a field writes, and does nothing else", () => {
  press("t", document.createElement("textarea"));
  press("t", document.createElement("input"));
  press("Escape", document.createElement("input"));
  expect(take).not.toHaveBeenCalled();
});

test("single keys can be switched off, combinations stay", () => {
  preferences.set({ keys: false });
  press("t");
  expect(take).not.toHaveBeenCalled();
  press("k", document.body, { ctrlKey: true });
  expect(live).toHaveBeenCalledTimes(1);
});

test("a sequence needs its second key", () => {
  press("g");
  press("l");
  expect(live).toHaveBeenCalledTimes(1);
  press("l");
  expect(live).toHaveBeenCalledTimes(1);
});

test("nothing fires while a dialog is open", () => {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("open", "");
  document.body.append(dialog);
  press("t");
  dialog.remove();
  expect(take).not.toHaveBeenCalled();
});
