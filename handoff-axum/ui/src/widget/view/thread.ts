import type { Client } from "../protocol/client.ts";
import type { Waiting } from "../protocol/outbox.ts";
import { type Line, type Message, turnKey } from "../protocol/thread.ts";
import { put, type Words } from "../words.ts";
import { button, h, icon, set, setText } from "./dom.ts";
import { link, linked, safeUrl } from "./links.ts";

/** A line's element, and all that may change in it: with the same mark the element stays. */
type Drawn = Map<string, { element: HTMLElement; mark: string }>;

export interface ThreadView {
  element: HTMLElement;
  render: () => void;
}

/** The lines of the thread, kept in step with what the client holds; elements live as long as their line. */
export function threadView(client: Client, words: Words, locale: string): ThreadView {
  const element = h("div", { class: "lines" });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  let drawn: Drawn = new Map();

  const render = () => {
    const { thread, typing, status } = client;
    const { writing, lines } = thread;
    const next: Drawn = new Map();
    const keep = (key: string, mark: string, draw: () => HTMLElement): HTMLElement => {
      const old = drawn.get(key);
      const kept = old?.mark === mark ? old.element : draw();
      next.set(key, { element: kept, mark });
      return kept;
    };
    const unsent = client.unsent();
    const lastOwn = !unsent[0] && lines.findLast((line) => line.from === "visitor");
    let author = "";
    for (const item of lines) {
      const now = `${item.from} ${item.name}`;
      const same = now === author ? " same" : "";
      const mark = item === lastOwn ? words.sent : "";
      author = now;
      setThumbs(
        keep(item.key, item.seq + same + mark, () => line(item, same, mark)),
        item.seq,
      );
    }
    for (const entry of unsent) {
      const sending = status === "online" ? words.sending : "";
      const mark = entry.failed ?? (entry.seq === null ? sending : words.sent);
      keep(entry.change.id, mark, () => pending(entry, mark));
    }
    if (writing) {
      const { turn, text } = writing;
      const kept = keep(turnKey(thread, turn), text && "text", () => unfinished("assistant", null));
      if (text) setText(kept.lastElementChild as HTMLElement, text);
    }
    if (typing) keep("typing", typing, () => unfinished("agent", typing));
    place(next);
  };

  /** Elements that stay are not moved: focus and selection would be lost. */
  const place = (next: Drawn) => {
    for (const [key, old] of drawn) if (next.get(key)?.element !== old.element) old.element.remove();
    let at = element.firstChild;
    for (const line of next.values()) {
      if (line.element === at) at = at.nextSibling;
      else element.insertBefore(line.element, at);
    }
    drawn = next;
  };

  const line = (item: Line, same: string, mark: string): HTMLElement => {
    if (item.kind === "notice") {
      return h("div", { class: "notice", dir: "auto" }, put(words[item.what], item.name ?? ""));
    }
    const { from, name, at, seq, text, turn, sources } = item;
    return h(
      "div",
      { class: `line ${from}${same}` },
      head(from, name, at),
      bubble(...linked(text)),
      sources[0] && sourceList(sources),
      turn !== null && h("div", { class: "thumbs" }, thumb(seq, true), thumb(seq, false)),
      mark && h("div", { class: "mark" }, mark),
    );
  };

  const bubble = (...content: (Node | string)[]): HTMLElement =>
    h("div", { class: "bubble", dir: "auto" }, ...content);

  const head = (from: Line["from"], name: string | null, at?: number): HTMLElement => {
    const who = name || words.assistant;
    return h(
      "div",
      { class: "head" },
      from === "agent" && h("span", { class: "face", "aria-hidden": "true" }, [...who][0]),
      from === "visitor" ? h("b", { class: "sr" }, words.you) : h("b", { dir: "auto" }, who),
      at && h("time", { datetime: new Date(at).toISOString() }, time.format(at)),
    );
  };

  const sourceList = (sources: Message["sources"]): HTMLElement => {
    const items = sources.map(({ title, url }) => {
      const target = url && safeUrl(url, document.baseURI);
      return h("li", { dir: "auto" }, target ? link(target, title) : title);
    });
    return h("div", { class: "sources" }, `${words.source}: `, h("ul", {}, ...items));
  };

  const thumb = (seq: number, up: boolean): HTMLElement =>
    button(
      {
        class: up ? "up" : "down",
        "aria-label": up ? words.good : words.bad,
        click: () => client.rateMessage(seq, client.thumbs(seq) === up ? null : up),
      },
      icon("thumb"),
    );

  const setThumbs = (kept: HTMLElement, seq: number) => {
    for (const thumb of kept.querySelectorAll(".thumbs button")) {
      set(thumb, "aria-pressed", client.thumbs(seq) === (thumb.className === "up"));
    }
  };

  const pending = (entry: Waiting, mark: string): HTMLElement => {
    const { change, failed } = entry;
    const said = change.type === "send" ? change.text : "";
    const retry = () => button({ class: "link", click: () => client.retry(entry) }, words.retry);
    const tail = failed === null ? [mark] : [`${words.failed} ${failed} `, retry()];
    return h(
      "div",
      { class: `line visitor${failed === null ? "" : " failed"}` },
      head("visitor", null),
      bubble(...linked(said)),
      h("div", { class: "mark" }, ...tail),
    );
  };

  /** Somebody writes: three dots, until there is something to read. */
  const unfinished = (from: "assistant" | "agent", name: string | null): HTMLElement =>
    h("div", { class: `line ${from}` }, head(from, name), bubble(h("i"), h("i"), h("i")));

  return { element, render };
}
