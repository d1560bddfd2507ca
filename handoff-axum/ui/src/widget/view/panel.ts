import type { Client } from "../protocol/client.ts";
import type { Message } from "../protocol/thread.ts";
import css from "../widget.css?inline";
import { put, type Words } from "../words.ts";
import { bannerView } from "./banner-view.ts";
import { composer } from "./composer.ts";
import { button, h, icon, set, setText } from "./dom.ts";
import { threadView } from "./thread.ts";

export type Theme = "light" | "dark" | "auto";

export interface PanelOptions {
  client: Client;
  language: string;
  words: Words;
  theme: Theme;
  launcher: boolean;
  onToggle: (open: boolean) => void;
  onUnread: (count: number) => void;
}

export interface Panel {
  isOpen: () => boolean;
  open: (focus?: boolean) => void;
  close: () => void;
  toggle: () => void;
  askForPerson: () => void;
  showLauncher: (shown: boolean) => void;
  setTheme: (theme: Theme) => void;
  remove: () => void;
  /** Tells screen readers the newest message, and only that. */
  announce: (message: Message) => void;
  /** Draws what changed, once a frame. */
  changed: () => void;
}

const PHONE = "(max-width: 480px)";
/** So near to the end, in pixels, the thread follows what comes. */
const NEAR = 60;

/** Launcher and panel, in a shadow tree of their own. */
export function createPanel(options: PanelOptions): Panel {
  const { client, language, words, onToggle, onUnread } = options;
  let isOpen = false;
  let follow = true;
  let pending = false;
  let shownIntro = "";
  let shownUnread = -1;
  /** Where the focus was before the panel opened. */
  let back: HTMLElement | null = null;

  const open = (focus = true) => {
    if (isOpen) return;
    isOpen = true;
    back = document.activeElement as HTMLElement | null;
    if (matchMedia(PHONE).matches) dialog.showModal();
    else dialog.open = true;
    if (focus) field.focus();
    client.connect();
    field.fit();
    render();
    toEnd();
    onToggle(true);
  };

  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    client.setTyping(false);
    dialog.close();
    (back && back !== document.body && back !== host ? back : launcher).focus();
    onToggle(false);
    render();
  };

  const toggle = () => (isOpen ? close() : open());

  const onEscape = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
    close();
  };

  const askForPerson = () => {
    client.requestPerson(words.person);
    toEnd();
    field.focus();
  };

  const showLauncher = (shown: boolean) => {
    launcher.hidden = !shown;
  };

  const setTheme = (theme: Theme) => {
    wrap.style.colorScheme = theme === "auto" ? "light dark" : theme;
  };

  const say = (text: string) => setText(isOpen ? inside : outside, text);

  const changed = () => {
    if (pending) return;
    pending = true;
    const draw = () => {
      pending = false;
      render();
    };
    // No frames are drawn for a page that nobody sees, and the badge shall be right all the same.
    if (document.hidden) setTimeout(draw);
    else requestAnimationFrame(draw);
  };

  const render = () => {
    const { thread, look, mode, typing } = client;
    const person = thread.floor === "person" && thread.person;
    const name = person || look?.title || words.chat;
    if (look) paint(look.color);
    setText(title, name);
    setText(subtitle, typing ? put(words.typing, typing) : "");
    setText(face, [...name][0] ?? "");
    face.hidden = !person;
    ask.hidden = mode === "assistant_only" || thread.floor !== "assistant" || thread.ended === "closed";
    renderIntro();
    notice.render();
    lines.render();
    renderUnread();
    if (follow) toEnd();
  };

  /** The service's colour, and black or white on it, whichever contrasts more. */
  const paint = (color: string) => {
    const part = (at: number) => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2;
    const light = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
    wrap.style.setProperty("--brand", color);
    wrap.style.setProperty("--on", light > 0.18 ? "#000" : "#fff");
  };

  const renderIntro = () => {
    const { look, thread, mode, outbox } = client;
    const greeting = mode === "human_only" ? words.waiting : look?.greeting;
    const suggestions = thread.lines[0] || outbox.waiting[0] ? [] : (look?.suggestions ?? []);
    const state = JSON.stringify([greeting, suggestions]);
    if (state === shownIntro) return;
    shownIntro = state;
    const chips = suggestions.map((text) => {
      const click = () => {
        client.send(text);
        field.focus();
      };
      return button({ class: "chip", dir: "auto", click }, text);
    });
    intro.replaceChildren(h("p", { dir: "auto" }, greeting), ...chips);
  };

  /** Counts what came since the panel was last seen open. */
  const renderUnread = () => {
    const { thread, storage } = client;
    const { lines, conversation, seen } = thread;
    const [of, mark = 0] = storage.read<[string, number]>("read") ?? [];
    const kept = of === conversation ? mark : 0;
    const read = isOpen && !document.hidden ? seen : kept;
    if (conversation && read > kept) storage.write("read", [conversation, read]);
    const unread = lines.filter(
      ({ kind, from, seq }) => kind === "message" && from !== "visitor" && seq > read,
    ).length;
    set(launcher, "aria-expanded", isOpen);
    set(
      launcher,
      "aria-label",
      isOpen ? words.close : unread ? `${words.open}, ${words.unread}: ${unread}` : words.open,
    );
    badge.hidden = !unread;
    setText(badge, `${unread}`);
    if (unread !== shownUnread) onUnread(unread);
    shownUnread = unread;
  };

  const scroll = () => {
    follow = pill.hidden = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  };

  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
    follow = pill.hidden = true;
  };

  const announcer = () => h("div", { class: "sr", role: "status" });

  const host = document.createElement("handoff-chat");
  const lines = threadView(client, words, language);
  const field = composer(client, words, toEnd);
  const notice = bannerView(client, words, field.focus, say);
  const title = h("h2", { id: "title" });
  const subtitle = h("p");
  const face = h("span", { class: "face", "aria-hidden": "true" });
  const intro = h("div");
  const badge = h("span", { class: "badge" });
  const log = h(
    "div",
    { class: "log", role: "log", "aria-live": "off", "aria-label": words.chat, tabindex: 0, scroll },
    intro,
    lines.element,
  );
  const pill = button({ class: "pill", click: toEnd }, words.unread);
  const ask = button({ class: "ask", click: askForPerson }, icon("person"), words.person);
  // A modal dialog makes what is outside of it inert: each side has an announcer of its own.
  const inside = announcer();
  const outside = announcer();
  const dialog = h(
    "dialog",
    {
      "aria-labelledby": "title",
      cancel: onEscape,
      keydown: (event: KeyboardEvent) => event.key === "Escape" && onEscape(event),
    },
    h(
      "header",
      {},
      face,
      h("div", {}, title, subtitle),
      button({ class: "round", "aria-label": words.close, click: close }, icon("close")),
    ),
    log,
    h("footer", {}, pill, notice.element, field.element, ask),
    inside,
  );
  const launcher = button(
    { class: "launcher", "aria-haspopup": "dialog", click: toggle },
    icon("chat"),
    badge,
  );
  const wrap = h(
    "div",
    { class: "w", lang: language, dir: language === "ar" ? "rtl" : "ltr" },
    dialog,
    launcher,
    outside,
  );
  showLauncher(options.launcher);
  setTheme(options.theme);
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(wrap);
  document.body.append(host);
  render();

  return {
    isOpen: () => isOpen,
    open,
    close,
    toggle,
    askForPerson,
    showLauncher,
    setTheme,
    remove: () => host.remove(),
    announce: ({ name, text }) => say(`${name || words.assistant}: ${text}`),
    changed,
  };
}
