import type { Client } from "../protocol/client.ts";
import type { Message } from "../protocol/thread.ts";
import css from "../widget.css?inline";
import { isRightToLeft, put, type Words, wordsOf } from "../words.ts";
import { type Banner, banner } from "./banner.ts";
import { h, icon, set, setText } from "./dom.ts";
import { link, safeUrl } from "./links.ts";
import { ThreadView } from "./thread.ts";

export type Theme = "light" | "dark" | "auto";

export interface PanelOptions {
  client: Client;
  language: string;
  theme: Theme;
  launcher: boolean;
  onToggle: (open: boolean) => void;
  onUnread: (count: number) => void;
}

const PHONE = "(max-width: 480px)";
/** So near to the end, in pixels, the thread follows what comes. */
const NEAR = 60;
/** A text may be so long, in UTF-16 code units. */
const MAX_TEXT = 8000;

/** Launcher and panel, in a shadow tree of their own. */
export class Panel {
  readonly host = document.createElement("handoff-chat");
  isOpen = false;
  private readonly words: Words;
  private readonly client: Client;
  private readonly thread: ThreadView;
  private readonly title = h("h2", { id: "title" });
  private readonly subtitle = h("p");
  private readonly face = h("span", { class: "face", "aria-hidden": "true" });
  private readonly intro = h("div", { class: "intro" });
  private readonly log: HTMLElement;
  private readonly banner = h("div", { class: "banner" });
  private readonly text: HTMLTextAreaElement;
  private readonly ask: HTMLElement;
  private readonly pill: HTMLElement;
  private readonly dialog: HTMLDialogElement;
  private readonly badge = h("span", { class: "badge" });
  private readonly launcher: HTMLElement;
  private readonly wrap: HTMLElement;
  // A modal dialog makes what is outside of it inert: each side has an announcer of its own.
  private readonly inside = announcer();
  private readonly outside = announcer();
  private shownBanner = "";
  private shownIntro = "";
  private unread = -1;
  private follow = true;
  private frame = 0;
  private back: HTMLElement | null = null;

  constructor(private readonly options: PanelOptions) {
    const { client, language } = options;
    const words = wordsOf(language);
    this.words = words;
    this.client = client;
    this.thread = new ThreadView(client, words, language);
    this.text = h("textarea", {
      rows: 1,
      maxlength: MAX_TEXT,
      placeholder: words.write,
      "aria-label": words.write,
      dir: "auto",
      enterkeyhint: "send",
      input: () => this.typed(),
      keydown: (event: KeyboardEvent) => this.key(event),
    });
    this.log = h(
      "div",
      {
        class: "log",
        role: "log",
        "aria-live": "off",
        "aria-label": words.chat,
        tabindex: 0,
        scroll: () => this.scrolled(),
      },
      this.intro,
      this.thread.element,
    );
    this.pill = h("button", { type: "button", class: "pill", click: () => this.toEnd() }, words.unread);
    this.ask = h(
      "button",
      { type: "button", class: "ask", click: () => client.requestPerson(words.person) },
      icon("person"),
      words.person,
    );
    const send = h("button", { class: "solid", "aria-label": words.send }, icon("send"));
    const submit = (event: Event) => {
      event.preventDefault();
      this.submit();
    };
    this.dialog = h(
      "dialog",
      {
        "aria-labelledby": "title",
        cancel: (event: Event) => this.escaped(event),
        keydown: (event: KeyboardEvent) => event.key === "Escape" && this.escaped(event),
      },
      h(
        "header",
        {},
        this.face,
        h("div", {}, this.title, this.subtitle),
        h("button", { type: "button", "aria-label": words.close, click: () => this.close() }, icon("close")),
      ),
      this.log,
      h(
        "footer",
        {},
        this.pill,
        this.banner,
        h("form", { class: "compose", submit }, this.text, send),
        this.ask,
      ),
      this.inside,
    );
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", "aria-haspopup": "dialog", click: () => this.toggle() },
      icon("chat"),
      this.badge,
    );
    this.wrap = h(
      "div",
      { class: "w", lang: language, dir: isRightToLeft(language) ? "rtl" : "ltr" },
      this.dialog,
      this.launcher,
      this.outside,
    );
    this.launcher.hidden = !options.launcher;
    this.setTheme(options.theme);
    this.text.value = client.storage.read<string | null>("draft") ?? "";
    const shadow = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.wrap);
    document.body.append(this.host);
    this.render();
  }

  open(focus = true): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.back = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    if (matchMedia(PHONE).matches) this.dialog.showModal();
    else this.dialog.show();
    if (focus) this.text.focus();
    else this.back?.focus();
    this.client.connect();
    this.fit();
    this.toEnd();
    this.options.onToggle(true);
    this.render();
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.client.setTyping(false);
    this.dialog.close();
    const back = this.back;
    if (this.launcher.hidden || (back && back !== this.host && back !== document.body)) back?.focus();
    else this.launcher.focus();
    this.options.onToggle(false);
    this.render();
  }

  toggle(): void {
    if (this.isOpen) this.close();
    else this.open();
  }

  showLauncher(shown: boolean): void {
    this.launcher.hidden = !shown;
  }

  setTheme(theme: Theme): void {
    this.wrap.style.colorScheme = theme === "auto" ? "light dark" : theme;
  }

  remove(): void {
    cancelAnimationFrame(this.frame);
    this.host.remove();
  }

  /** Tells screen readers the newest message, and only that. */
  announce(message: Message): void {
    const name = message.name || this.words.assistant;
    this.say(`${name}: ${message.text}`);
  }

  /** Draws what changed, once a frame. */
  changed(): void {
    if (this.frame) return;
    const draw = () => {
      this.frame = 0;
      this.render();
    };
    if (document.hidden) this.frame = Number(setTimeout(draw, 100));
    else this.frame = requestAnimationFrame(draw);
  }

  private say(text: string): void {
    setText(this.isOpen ? this.inside : this.outside, text);
  }

  private render(): void {
    const { client, words } = this;
    const { thread, look, mode } = client;
    if (look) this.paint(look.color);
    const title = thread.floor === "person" && thread.person ? thread.person : (look?.title ?? words.chat);
    setText(this.title, title);
    setText(this.subtitle, client.typing ? put(words.typing, client.typing) : "");
    this.face.hidden = thread.floor !== "person";
    setText(this.face, [...title][0] ?? "");
    this.renderIntro();
    this.renderBanner(banner(client));
    this.ask.hidden = mode === "assistant_only" || thread.floor !== "assistant" || thread.ended === "closed";
    this.thread.render();
    if (this.follow) this.toEnd();
    this.renderUnread();
  }

  private paint(color: string): void {
    const part = (at: number) => Number.parseInt(color.slice(at, at + 2), 16) / 255;
    const linear = (c: number) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const light = 0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5));
    this.wrap.style.setProperty("--brand", color);
    this.wrap.style.setProperty("--on", light > 0.179 ? "#000" : "#fff");
  }

  private renderIntro(): void {
    const { look, thread, mode } = this.client;
    const suggestions =
      thread.lines.length || this.client.outbox.waiting.length ? [] : (look?.suggestions ?? []);
    const greeting = mode === "human_only" ? this.words.waiting : (look?.greeting ?? "");
    const drawn = JSON.stringify([greeting, suggestions]);
    if (drawn === this.shownIntro) return;
    this.shownIntro = drawn;
    this.intro.replaceChildren(
      h("p", { dir: "auto" }, greeting),
      ...suggestions.map((text) =>
        h("button", { type: "button", class: "chip", dir: "auto", click: () => this.send(text) }, text),
      ),
    );
  }

  private renderBanner(now: Banner | null): void {
    const drawn = JSON.stringify([now, now?.kind === "blocked" && this.client.look?.contact]);
    if (drawn === this.shownBanner) return;
    this.shownBanner = drawn;
    this.banner.hidden = !now;
    if (!now) return;
    set(this.banner, "class", `banner ${now.kind}`);
    const content = this.bannerContent(now);
    this.banner.replaceChildren(...content);
    this.say(this.banner.firstChild?.textContent ?? "");
  }

  private bannerContent(now: Banner): Node[] {
    const { words, client } = this;
    const text = (content: string) => h("p", { dir: "auto" }, content);
    switch (now.kind) {
      case "person":
        return [text(put(words.joined, now.name))];
      case "passing":
        return [text(now.text)];
      case "blocked": {
        const contact = client.look?.contact;
        const url = contact?.startsWith("mailto:") ? new URL(contact) : contact ? safeUrl(contact) : null;
        return url ? [text(words.blocked), link(url, words.contact)] : [text(words.blocked)];
      }
      case "email":
        return [text(words.emailAsk), this.emailForm()];
      case "rate":
        return [text(words.rate), this.ratingForm()];
      case "ended":
        return [
          text(words.ended),
          h("button", { type: "button", class: "link", click: () => this.text.focus() }, words.again),
        ];
      default:
        return [text(words[now.kind])];
    }
  }

  private emailForm(): HTMLFormElement {
    const { words, client } = this;
    const input = h("input", {
      type: "email",
      required: true,
      autocomplete: "email",
      "aria-label": words.email,
      placeholder: words.email,
      maxlength: 254,
    });
    const submit = (event: Event) => {
      event.preventDefault();
      client.leaveEmail(input.value.trim(), put(words.saved, input.value.trim()));
      this.text.focus();
    };
    return h("form", { submit }, input, h("button", { class: "solid" }, words.save));
  }

  private ratingForm(): HTMLFormElement {
    const { words, client } = this;
    const stars = [1, 2, 3, 4, 5].map((n) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name: "stars",
          value: n,
          required: true,
          "aria-label": put(words.stars, String(n)),
        }),
        "★",
      ),
    );
    const comment = h("input", {
      type: "text",
      "aria-label": words.comment,
      placeholder: words.comment,
      maxlength: 1000,
    });
    const submit = (event: Event) => {
      event.preventDefault();
      const chosen = stars.findIndex((label) => label.querySelector("input")?.checked);
      client.rateConversation(chosen + 1, comment.value.trim(), words.thanks);
      this.text.focus();
    };
    return h(
      "form",
      { submit },
      h("fieldset", { "aria-label": words.rate }, ...stars),
      comment,
      h("button", { class: "solid" }, words.send),
    );
  }

  /** What came since the panel was last seen open. */
  private renderUnread(): void {
    const { thread, storage } = this.client;
    const read = storage.read<{ conversation: string; seq: number } | null>("read");
    const mark = read && read.conversation === thread.conversation ? read.seq : 0;
    if (this.isOpen && !document.hidden && thread.conversation && thread.seen > mark) {
      storage.write("read", { conversation: thread.conversation, seq: thread.seen });
    }
    const seen = this.isOpen ? thread.seen : mark;
    const unread = thread.lines.filter(
      (line) => line.kind === "message" && !line.past && line.from !== "visitor" && line.seq > seen,
    ).length;
    const { words } = this;
    set(this.launcher, "aria-expanded", String(this.isOpen));
    set(
      this.launcher,
      "aria-label",
      this.isOpen ? words.close : unread ? `${words.open}, ${words.unread}: ${unread}` : words.open,
    );
    this.badge.hidden = unread === 0;
    setText(this.badge, String(unread));
    if (unread !== this.unread) this.options.onUnread(unread);
    this.unread = unread;
  }

  private typed(): void {
    this.client.setTyping(this.text.value.trim() !== "");
    this.client.storage.write("draft", this.text.value);
    this.fit();
  }

  private fit(): void {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  private submit(): void {
    if (this.send(this.text.value)) {
      this.text.value = "";
      this.client.storage.remove("draft");
      this.fit();
    }
    this.text.focus();
  }

  private send(text: string): boolean {
    this.follow = true;
    return this.client.send(text);
  }

  private escaped(event: Event): void {
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }

  private scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    this.follow = scrollHeight - scrollTop - clientHeight < NEAR;
    this.pill.hidden = this.follow;
  }

  private toEnd(): void {
    this.follow = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.pill.hidden = true;
  }
}

const announcer = (): HTMLElement => h("div", { class: "sr", role: "status", "aria-live": "polite" });
