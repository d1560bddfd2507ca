import type { Client } from "../protocol/client.ts";
import type { Words } from "../words.ts";
import { h, icon } from "./dom.ts";

/** A text may be so long, in UTF-16 code units. */
const MAX_TEXT = 8000;
const DRAFT = "draft";

export interface Composer {
  element: HTMLElement;
  focus: () => void;
  /** Makes the field as high as its text; the style sheet says where that ends. */
  fit: () => void;
}

/** The field for a message; what was begun survives a reload. */
export function composer(client: Client, { write, send }: Words, onSent: () => void): Composer {
  const { storage } = client;
  const text = h("textarea", {
    rows: 1,
    maxlength: MAX_TEXT,
    placeholder: write,
    "aria-label": write,
    dir: "auto",
    enterkeyhint: "send",
    input: () => {
      client.setTyping(text.value.trim() !== "");
      storage.write(DRAFT, text.value);
      fit();
    },
    keydown: (event: KeyboardEvent) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
    },
  });
  const fit = () => {
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (client.send(text.value)) {
      text.value = "";
      storage.remove(DRAFT);
      fit();
      onSent();
    }
    text.focus();
  };
  text.value = storage.read<string>(DRAFT) ?? "";
  const button = h("button", { class: "solid round", "aria-label": send }, icon("send"));
  return { element: h("form", { submit }, text, button), focus: () => text.focus(), fit };
}
