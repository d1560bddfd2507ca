import type { Client } from "../protocol/client.ts";
import { put, type Words } from "../words.ts";
import { type Banner, banner } from "./banner.ts";
import { button, h, set } from "./dom.ts";
import { link, safeUrl } from "./links.ts";

export interface BannerView {
  element: HTMLElement;
  render: () => void;
}

/** Draws the banner. `onLeave` is called when it was answered, `onText` when it says something new. */
export function bannerView(
  client: Client,
  words: Words,
  onLeave: () => void,
  onText: (text: string) => void,
): BannerView {
  const element = h("div");
  let drawn = "";

  const render = () => {
    const now = banner(client);
    const state = JSON.stringify([now, client.look?.contact]);
    if (state === drawn) return;
    drawn = state;
    element.hidden = !now;
    if (!now) return;
    const text = textOf(now);
    set(element, "class", `banner ${now.kind}`);
    element.replaceChildren(h("p", { dir: "auto" }, text), more(now) ?? "");
    onText(text);
  };

  const textOf = (now: Banner): string => {
    if (now.kind === "passing") return now.text;
    if (now.kind === "person") return put(words.joined, now.name);
    return words[now.kind];
  };

  const more = ({ kind }: Banner): Node | null => {
    if (kind === "blocked") return contact();
    if (kind === "email") return emailForm();
    if (kind === "rate") return ratingForm();
    return kind === "ended" ? button({ class: "link", click: onLeave }, words.again) : null;
  };

  const contact = (): Node | null => {
    const address = client.look?.contact ?? "";
    const url = /^mailto:/i.test(address) ? new URL(address) : safeUrl(address);
    return url && link(url, words.contact);
  };

  const emailForm = (): Node => {
    const address = field("email", words.address, 254);
    address.required = true;
    return form(words.save, () => client.leaveEmail(address.value, put(words.saved, address.value)), address);
  };

  const ratingForm = (): Node => {
    const comment = field("text", words.comment, 1000);
    const choices = [1, 2, 3, 4, 5].map((value) => {
      const label = put(words.stars, `${value}`);
      return h("input", { type: "radio", name: "stars", value, required: true, "aria-label": label });
    });
    const labels = choices.map((choice) => h("label", {}, choice, "★"));
    const submit = () => {
      const stars = choices.findIndex((choice) => choice.checked) + 1;
      client.rateConversation(stars, comment.value.trim(), words.thanks);
    };
    return form(words.send, submit, h("fieldset", { "aria-label": words.rate }, ...labels), comment);
  };

  const field = (type: string, label: string, maxlength: number): HTMLInputElement =>
    h("input", { type, maxlength, autocomplete: type, "aria-label": label, placeholder: label });

  const form = (label: string, act: () => void, ...fields: Node[]): Node => {
    const submit = (event: Event) => {
      event.preventDefault();
      act();
      onLeave();
    };
    return h("form", { submit }, ...fields, h("button", { class: "solid" }, label));
  };

  return { element, render };
}
