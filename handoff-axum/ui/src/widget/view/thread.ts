import type { Client } from "../protocol/client.ts";
import type { Waiting } from "../protocol/outbox.ts";
import { type Line, type Message, turnKey, type Writing } from "../protocol/thread.ts";
import { put, type Words } from "../words.ts";
import { h, icon, set, setText } from "./dom.ts";
import { link, linked, safeUrl } from "./links.ts";

/** What a line was drawn from, to draw it again only when that changed. */
interface Drawn {
  element: HTMLElement;
  from: unknown;
  mark: string;
}

/** The lines of the thread, kept in step with what the client holds; elements live as long as their line. */
export class ThreadView {
  readonly element = h("div", { class: "lines" });
  private drawn = new Map<string, Drawn>();
  private time: Intl.DateTimeFormat;

  constructor(
    private readonly client: Client,
    private readonly words: Words,
    locale: string,
  ) {
    this.time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  }

  render(): void {
    const { thread, typing, status } = this.client;
    const { words } = this;
    const next = new Map<string, Drawn>();
    let place: ChildNode | null = this.element.firstChild;
    let author = "";
    const keep = (key: string, from: unknown, mark: string, draw: () => HTMLElement): HTMLElement => {
      const old = this.drawn.get(key);
      const element = old && old.from === from && old.mark === mark ? old.element : draw();
      next.set(key, { element, from, mark });
      if (old && old.element !== element) {
        if (place === old.element) place = element;
        old.element.replaceWith(element);
      }
      if (place === element) place = element.nextSibling;
      else this.element.insertBefore(element, place);
      return element;
    };
    const lastOwn = thread.lines.findLast((line) => line.kind === "message" && line.from === "visitor");
    for (const line of thread.lines) {
      const same = author === authorOf(line) ? "same" : "";
      author = authorOf(line);
      const thumbs = line.kind === "message" ? this.client.thumbs(line) : null;
      const sent = line === lastOwn ? words.sent : "";
      keep(line.key, line, `${same}${thumbs}${sent}`, () => this.line(line, same, thumbs, sent));
    }
    for (const entry of this.client.unsent()) {
      const mark =
        entry.failed ?? (entry.seq !== null ? words.sent : status === "online" ? words.sending : "");
      keep(entry.change.id, entry, mark, () => this.pending(entry, mark));
    }
    const { writing } = thread;
    if (writing) {
      const key = turnKey(thread, writing.turn);
      const element = keep(key, writing.turn, "", () => this.writing());
      const bubble = element.lastElementChild as HTMLElement;
      set(bubble, "class", writing.text ? "bubble" : "bubble dots");
      this.write(bubble, writing);
    }
    if (typing) keep("typing", typing, "", () => this.typing(typing));
    for (const [key, { element }] of this.drawn) if (!next.has(key)) element.remove();
    this.drawn = next;
  }

  private line(line: Line, same: string, thumbs: boolean | null, sent: string): HTMLElement {
    if (line.kind === "notice") {
      const text = { joined: "joined", left: "left", back: "back", ended: "ended" }[line.what] as keyof Words;
      return h("div", { class: "notice", dir: "auto" }, put(this.words[text], line.name ?? ""));
    }
    return h(
      "div",
      { class: `line ${line.from} ${same}`, "data-seq": line.seq },
      this.head(line.from, line.name, line.at),
      h("div", { class: "bubble", dir: "auto" }, ...linked(line.text)),
      line.sources.length > 0 && this.sources(line),
      line.turn !== null && !line.past && this.thumbs(line, thumbs),
      sent && h("div", { class: "mark" }, sent),
    );
  }

  private head(from: Message["from"], name: string | null, at: number | null): HTMLElement {
    const who = from === "visitor" ? this.words.you : name || this.words.assistant;
    return h(
      "div",
      { class: "head" },
      from === "agent" && h("span", { class: "face", "aria-hidden": "true" }, [...who][0] ?? ""),
      h("b", { dir: "auto" }, who),
      at !== null && h("time", { datetime: new Date(at).toISOString() }, this.time.format(at)),
    );
  }

  private sources({ sources }: Message): HTMLElement {
    const items = sources.map(({ title, url }) => {
      const target = url ? safeUrl(url, document.baseURI) : null;
      return h("li", { dir: "auto" }, target ? link(target, title) : title);
    });
    return h("div", { class: "sources" }, h("span", {}, `${this.words.source}: `), h("ul", {}, ...items));
  }

  private thumbs(message: Message, thumbs: boolean | null): HTMLElement {
    const button = (up: boolean) =>
      h(
        "button",
        {
          type: "button",
          class: up ? "up" : "down",
          "aria-label": up ? this.words.good : this.words.bad,
          "aria-pressed": String(thumbs === up),
          click: () => {
            this.client.rateMessage(message, thumbs === up ? null : up);
            // The line was drawn anew: the focus goes on with it.
            const root = this.element.getRootNode() as ShadowRoot;
            requestAnimationFrame(() =>
              root
                .querySelector<HTMLElement>(`[data-seq="${message.seq}"] .${up ? "up" : "down"}`)
                ?.focus({ preventScroll: true }),
            );
          },
        },
        icon("thumb"),
      );
    return h("div", { class: "thumbs" }, button(true), button(false));
  }

  private pending(entry: Waiting, mark: string): HTMLElement {
    const { change, failed } = entry;
    const text = change.type === "send" ? change.text : "";
    const retry = { type: "button", class: "link", click: () => this.client.retry(entry) };
    return h(
      "div",
      { class: `line visitor ${failed ? "failed" : ""}` },
      this.head("visitor", null, null),
      h("div", { class: "bubble", dir: "auto" }, ...linked(text)),
      failed === null
        ? mark && h("div", { class: "mark" }, mark)
        : h(
            "div",
            { class: "mark" },
            `${this.words.failed} ${failed} `,
            h("button", retry, this.words.retry),
          ),
    );
  }

  private writing(): HTMLElement {
    const name = this.words.assistant;
    return h("div", { class: "line assistant writing" }, this.head("assistant", name, null), bubble());
  }

  private typing(name: string): HTMLElement {
    const text = put(this.words.typing, name);
    return h(
      "div",
      { class: "line agent" },
      this.head("agent", name, null),
      h("div", { class: "bubble dots", title: text }, h("i"), h("i"), h("i")),
    );
  }

  /** A piece is added to the text node, not set anew: that is cheap, and keeps what is selected. */
  private write(bubble: HTMLElement, { text }: Writing): void {
    if (!text) return;
    const node = bubble.firstChild;
    if (node instanceof Text && text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
    else setText(bubble, text);
  }
}

const bubble = (): HTMLElement => h("div", { class: "bubble", dir: "auto" }, h("i"), h("i"), h("i"));

function authorOf(line: Line): string {
  return line.kind === "message" ? `${line.from} ${line.name}` : "";
}
