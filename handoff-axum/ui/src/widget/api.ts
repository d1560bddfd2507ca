import type { Profile } from "../wire/Profile.ts";
import { Client } from "./protocol/client.ts";
import type { SignedIdentity } from "./protocol/session.ts";
import { Panel, type Theme } from "./view/panel.ts";
import { language, wordsOf } from "./words.ts";

export interface BootOptions {
  service: string;
  /** Where the server is; by default where the script came from. */
  base?: string;
  locale?: string;
  theme?: Theme;
  /** `false`: no button; the page opens the chat itself. */
  launcher?: boolean;
  identity?: SignedIdentity;
}

interface Events {
  ready: undefined;
  open: undefined;
  close: undefined;
  message: { from: string; name: string | null; text: string };
  unread: number;
}

type Listener<K extends keyof Events> = (detail: Events[K]) => void;

/** Where the visitor is. What stands after `#` is left out unless it is a route: it may be a token. */
function currentPage(): { url: string; title: string } {
  const { href, hash } = location;
  const url = /^#[!/]/.test(hash) ? href : href.slice(0, href.length - hash.length);
  return { url: url.slice(0, 2000), title: document.title.slice(0, 300) };
}

function device(): string {
  const agent = navigator.userAgent;
  const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(agent)?.[0] ?? "";
  return `${/Mobi/.test(agent) ? "mobile" : "desktop"}${browser && `, ${browser}`}`;
}

/** `window.Handoff`. */
export class Handoff {
  private client: Client | null = null;
  private panel: Panel | null = null;
  private options: BootOptions | null = null;
  private page: { url?: string; title?: string } = {};
  private profile: Partial<Profile> = {};
  private readonly listeners = new Map<string, Set<(detail: never) => void>>();

  constructor(private readonly home: string) {}

  /** Starts the widget; a second call starts it anew. */
  boot(options: BootOptions): void {
    this.stop();
    this.options = options;
    const locale = this.locale();
    const client = new Client({
      base: options.base ?? this.home,
      service: options.service,
      profile: {
        device: device(),
        locale: document.documentElement.lang || navigator.language,
        ...this.profile,
      },
      page: () => ({ ...currentPage(), ...this.page }),
      onChange: () => this.panel?.changed(),
      onMessage: (message) => {
        this.panel?.announce(message);
        const { from, name, text } = message;
        this.emit("message", { from, name, text });
      },
    });
    this.client = client;
    this.draw(locale);
    if (options.identity) client.sign(options.identity);
    void client.begin().then(() => this.emit("ready", undefined));
    addEventListener("popstate", this.moved);
    addEventListener("hashchange", this.moved);
    // Pages that change without loading: the browser tells it where it can.
    (window as { navigation?: EventTarget }).navigation?.addEventListener("currententrychange", this.moved);
  }

  open(): void {
    this.panel?.open();
  }

  close(): void {
    this.panel?.close();
  }

  toggle(): void {
    this.panel?.toggle();
  }

  show(): void {
    this.panel?.showLauncher(true);
  }

  hide(): void {
    this.panel?.close();
    this.panel?.showLauncher(false);
  }

  /** A signed identity, or a name and an e-mail address that are merely told. */
  identify(who: SignedIdentity | { name?: string; email?: string }): void {
    if ("signature" in who) this.client?.sign(who);
    else this.setAttributes(who);
  }

  /** What the page knows of the visitor: `name`, `email`, `place`, `device`, `locale`. */
  setAttributes(attributes: Partial<Omit<Profile, "verified">>): void {
    const { name, email, place, device, locale } = attributes;
    const known = Object.entries({ name, email, place, device, locale }).filter(([, value]) => value);
    this.profile = { ...this.profile, ...Object.fromEntries(known) };
    this.client?.describe(Object.fromEntries(known));
  }

  setLocale(locale: string): void {
    if (!this.options) return;
    this.options = { ...this.options, locale };
    this.draw(this.locale());
  }

  setTheme(theme: Theme): void {
    if (this.options) this.options = { ...this.options, theme };
    this.panel?.setTheme(theme);
  }

  /** Where the visitor is, where the address does not tell it. */
  setPage(page: { url?: string; title?: string }): void {
    this.page = page;
    this.client?.setPage();
  }

  requestHuman(): void {
    this.open();
    this.client?.requestPerson(wordsOf(this.locale()).person);
  }

  /** Calls back on `ready`, `open`, `close`, `message`, `unread`; returns what ends it. */
  on<K extends keyof Events>(event: K, listener: Listener<K>): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(listener));
    return () => all.delete(listener);
  }

  /** Removes the widget and forgets the visitor on this device, as at a sign-out. */
  shutdown(): void {
    const { client } = this;
    this.stop();
    client?.forget();
  }

  /** A queued call: `["open"]`, `["setTheme", "dark"]`. */
  push(...calls: [string, ...unknown[]][]): void {
    for (const [name, ...rest] of calls) {
      const method = (this as unknown as Record<string, unknown>)[name];
      if (typeof method === "function") method.apply(this, rest);
    }
  }

  private readonly moved = (): void => {
    this.page = {};
    // The new title is set after the address.
    setTimeout(() => this.client?.setPage(), 50);
  };

  private locale(): string {
    return language(this.options?.locale, document.documentElement.lang, ...navigator.languages);
  }

  private draw(locale: string): void {
    const { client, options } = this;
    if (!client || !options) return;
    const wasOpen = this.panel ? this.panel.isOpen : sessionStore("open");
    this.panel?.remove();
    this.panel = new Panel({
      client,
      language: locale,
      theme: options.theme ?? "auto",
      launcher: options.launcher !== false,
      onToggle: (open) => {
        sessionStore("open", open);
        this.emit(open ? "open" : "close", undefined);
      },
      onUnread: (count) => this.emit("unread", count),
    });
    // It stays open from page to page; on a phone it would hide the page that was just opened.
    if (wasOpen && innerWidth > 480) this.panel.open(false);
  }

  private stop(): void {
    removeEventListener("popstate", this.moved);
    removeEventListener("hashchange", this.moved);
    (window as { navigation?: EventTarget }).navigation?.removeEventListener(
      "currententrychange",
      this.moved,
    );
    this.client?.end();
    this.panel?.remove();
    this.client = null;
    this.panel = null;
  }

  private emit<K extends keyof Events>(event: K, detail: Events[K]): void {
    for (const listener of this.listeners.get(event) ?? []) (listener as Listener<K>)(detail);
  }
}

/** Remembered for this tab; `false` where the browser forbids it. */
function sessionStore(key: string, value?: boolean): boolean {
  try {
    if (value !== undefined) sessionStorage.setItem(`handoff:${key}`, value ? "1" : "");
    return sessionStorage.getItem(`handoff:${key}`) === "1";
  } catch {
    return false;
  }
}
