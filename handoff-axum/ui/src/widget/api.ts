import type { Page } from "../wire/Page.ts";
import type { Profile } from "../wire/Profile.ts";
import { Client } from "./protocol/client.ts";
import type { SignedIdentity } from "./protocol/session.ts";
import { Storage } from "./protocol/storage.ts";
import { createPanel, type Panel, type Theme } from "./view/panel.ts";
import { fetchWords, language } from "./words.ts";

export interface BootOptions {
  service: string;
  /** Where the server is; by default where the script came from. */
  base?: string;
  locale?: string | undefined;
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

/** Remembers for this tab that the panel is open. */
const tab = new Storage("handoff:", "sessionStorage");
const OPEN = "open";

/** Where the visitor is. What stands after `#` is left out unless it is a route: it may be a token. */
function currentPage(): Page {
  const { href, hash } = location;
  const url = /^#[!/]/.test(hash) ? href : href.slice(0, href.length - hash.length);
  return { url: url.slice(0, 2000), title: document.title.slice(0, 300) };
}

function device(): string {
  const { userAgent } = navigator;
  const kind = /Mobi/.test(userAgent) ? "mobile" : "desktop";
  const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(userAgent);
  return browser ? `${kind}, ${browser}` : kind;
}

/** `window.Handoff`. */
export interface Handoff {
  /** Starts the widget; a second call starts it anew. */
  boot: (options: BootOptions) => void;
  open: () => void;
  close: () => void;
  toggle: () => void;
  show: () => void;
  hide: () => void;
  /** A signed identity, or a name and an e-mail address that are merely told. */
  identify: (who: SignedIdentity | Pick<Partial<Profile>, "name" | "email">) => void;
  /** What the page knows of the visitor: `name`, `email`, `place`, `device`, `locale`. */
  setAttributes: (attributes: Partial<Profile>) => void;
  setLocale: (locale: string) => void;
  setTheme: (theme: Theme) => void;
  /** Where the visitor is, where the address does not tell it; until the address changes. */
  setPage: (page: Partial<Page>) => void;
  requestHuman: () => void;
  /** Calls back on `ready`, `open`, `close`, `message`, `unread`; returns what ends it. */
  on: <K extends keyof Events>(event: K, listener: Listener<K>) => () => void;
  /** Removes the widget and forgets the visitor on this device, as at a sign-out. */
  shutdown: () => void;
  /** Queued calls: `["open"]`, `["setTheme", "dark"]`. */
  push: (...calls: [string, ...unknown[]][]) => void;
}

/** The API of a page whose script came from `home`. */
export function createHandoff(home: string): Handoff {
  const listeners = new Map<string, Set<Listener<never>>>();
  let client: Client | undefined;
  let panel: Panel | undefined;
  /** The panel, once its words are there. */
  let drawn: Promise<Panel | undefined> = Promise.resolve(undefined);
  let options: BootOptions | undefined;
  let page: Partial<Page> = {};
  let profile: Partial<Profile> = {};

  const boot: Handoff["boot"] = (given) => {
    stop();
    const { service, identity, base = home } = given;
    const locale = document.documentElement.lang || navigator.language;
    client = new Client({
      base,
      service,
      profile: { device: device(), locale, ...profile },
      page: () => ({ ...currentPage(), ...page }),
      onChange: () => panel?.changed(),
      onMessage: (message) => {
        const { from, name, text } = message;
        panel?.announce(message);
        emit("message", { from, name, text });
      },
    });
    options = given;
    drawn = draw();
    if (identity) client.sign(identity);
    client.begin().then(() => emit("ready", undefined));
  };

  const stop = () => {
    client?.end();
    panel?.remove();
    client = panel = undefined;
  };

  const draw = async () => {
    const mine = client;
    if (!mine || !options) return;
    const { locale, theme = "auto", launcher = true } = options;
    const code = language(locale, document.documentElement.lang, ...navigator.languages);
    const words = await fetchWords(code, home);
    // Meanwhile it was stopped, or another language chosen.
    if (mine !== client || locale !== options.locale) return panel;
    const wasOpen = panel?.isOpen() ?? tab.read(OPEN);
    panel?.remove();
    panel = createPanel({
      client: mine,
      language: code,
      words,
      theme,
      launcher,
      onToggle: (open) => {
        tab.write(OPEN, open);
        emit(open ? "open" : "close", undefined);
      },
      onUnread: (count) => emit("unread", count),
    });
    // It stays open from page to page; on a phone it would hide the page that was just opened.
    if (wasOpen && innerWidth > 480) panel.open(false);
    return panel;
  };

  const onPanel = (act: (panel: Panel) => void) => {
    drawn.then((panel) => panel && act(panel));
  };

  const moved = () => {
    page = {};
    // The new title is set after the address.
    setTimeout(() => client?.setPage(), 50);
  };

  const emit = <K extends keyof Events>(event: K, detail: Events[K]) => {
    for (const listener of listeners.get(event) ?? []) (listener as Listener<K>)(detail);
  };

  // The page's history, where the browser tells of every change in it; else the window, which tells of going back.
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) navigation.addEventListener("currententrychange", moved);
  else addEventListener("popstate", moved);

  const handoff: Handoff = {
    boot,
    open: () => onPanel((panel) => panel.open()),
    close: () => onPanel((panel) => panel.close()),
    toggle: () => onPanel((panel) => panel.toggle()),
    show: () => onPanel((panel) => panel.showLauncher(true)),
    hide: () => {
      handoff.close();
      onPanel((panel) => panel.showLauncher(false));
    },
    identify: (who) => {
      if ("signature" in who) client?.sign(who);
      else handoff.setAttributes(who);
    },
    setAttributes: (attributes) => {
      profile = { ...profile, ...attributes };
      client?.describe(attributes);
    },
    setLocale: (locale) => {
      if (options) options = { ...options, locale };
      drawn = draw();
    },
    setTheme: (theme) => {
      if (options) options = { ...options, theme };
      onPanel((panel) => panel.setTheme(theme));
    },
    setPage: (given) => {
      page = given;
      client?.setPage();
    },
    requestHuman: () => {
      handoff.open();
      onPanel((panel) => panel.askForPerson());
    },
    on: (event, listener) => {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener));
      return () => all.delete(listener);
    },
    shutdown: () => {
      const last = client;
      stop();
      last?.forget();
      profile = {};
    },
    push: (...calls) => {
      for (const [name, ...rest] of calls) {
        (handoff as unknown as Record<string, (...rest: unknown[]) => void>)[name]?.(...rest);
      }
    },
  };
  return handoff;
}
