import type { Look } from "../../wire/Look.ts";
import type { Mode } from "../../wire/Mode.ts";
import type { Page } from "../../wire/Page.ts";
import type { Profile } from "../../wire/Profile.ts";
import type { VisitorFrame } from "../../wire/VisitorFrame.ts";
import type { VisitorRequest } from "../../wire/VisitorRequest.ts";
import { backoff, createLink, type Link, type LinkStatus, PATIENCE } from "./link.ts";
import { Outbox, unshown, type Waiting, type Wish } from "./outbox.ts";
import { keptSession, obtainSession, SESSION_KEY, type SignedIdentity } from "./session.ts";
import { Storage } from "./storage.ts";
import { emptyThread, fold, type Message, type Thread } from "./thread.ts";

const PROTOCOL = 1;
/** An agent who has not been heard typing for so long has stopped, and so has the visitor. */
const TYPING_LASTS = 6000;
/** The visitor's typing is told at most so often. */
const TYPING_EVERY = 3000;
/** "You're back with the assistant", thanks and refusals go away after this. */
const PASSING = 6000;

export interface ClientOptions {
  /** The server's address, ending in `/`. */
  base: string;
  service: string;
  onChange: () => void;
  /** A message of the other side that came while the page was open. */
  onMessage: (message: Message) => void;
  profile: Partial<Profile>;
  page: () => Page;
}

/** The visitor's side of the conversation: everything but the pixels. */
export class Client {
  thread: Thread = emptyThread();
  look: Look | undefined;
  mode: Mode = "supported";
  /** The agent who types. */
  typing: string | null = null;
  /** Something to say for a moment: a thank-you, a refusal. */
  passing: string | null = null;
  readonly storage: Storage;
  readonly outbox: Outbox;
  readonly #options: ClientOptions;
  readonly #link: Link;
  #profile: Partial<Profile>;
  #identity: SignedIdentity | undefined;
  /** The id of the request that was sent and not answered. */
  #inFlight: string | null = null;
  #refusals = 0;
  /** When the visitor's typing was last told; 0: that it stopped. */
  #told = 0;
  #page = "";
  readonly #listening = new AbortController();
  readonly #timers: Record<string, ReturnType<typeof setTimeout>> = {};

  constructor(options: ClientOptions) {
    const { base, service } = options;
    this.#options = options;
    this.storage = new Storage(`handoff:${service}:`);
    this.outbox = new Outbox(this.storage);
    this.#profile = { ...options.profile, ...this.storage.read<Profile>("profile") };
    this.#link = createLink({
      url: `${base.replace(/^http/, "ws")}api/v1/visitor/socket`,
      hello: () => this.#hello(),
      onFrame: (frame) => this.#receive(frame),
      onStatus: () => this.#linkChanged(),
      onClose: (code) => {
        if (code === 4400 && this.#inFlight) this.#refused(this.#inFlight, "", false);
        if (code === 4401) this.#forgetSession();
      },
    });
  }

  get status(): LinkStatus {
    return this.#link.status();
  }

  /** Reads how the widget looks, and goes online where this visitor has been here before. */
  async begin(): Promise<void> {
    const { signal } = this.#listening;
    const wake = () => document.hidden || this.#link.wake();
    addEventListener("online", wake, { signal });
    addEventListener("storage", (event) => this.#storageChanged(event), { signal });
    document.addEventListener("visibilitychange", wake, { signal });
    if (keptSession(this.storage) || this.outbox.waiting[0]) this.connect();
    try {
      const { base, service } = this.#options;
      const url = `${base}api/v1/visitor/services/${encodeURIComponent(service)}`;
      const response = await fetch(url, { credentials: "omit" });
      if (response.ok) this.#dress(await response.json());
    } catch {
      // The welcome brings it too.
    }
  }

  /** Goes online, and stays there until the end. */
  connect(): void {
    if (!this.#listening.signal.aborted) this.#link.start();
  }

  end(): void {
    this.#listening.abort();
    this.#link.stop();
    for (const name in this.#timers) clearTimeout(this.#timers[name]);
  }

  /** Forgets the visitor on this device. */
  forget(): void {
    for (const key of this.storage.keys("")) this.storage.remove(key);
  }

  /** The messages that were written here and are not part of the thread yet. */
  unsent(): Waiting[] {
    return unshown(this.outbox.waiting, this.thread);
  }

  send(text: string): boolean {
    const said = text.trim();
    this.#told = 0;
    return said !== "" && this.#want({ type: "send", text: said });
  }

  retry({ change }: Waiting): void {
    this.outbox.forget(change.id);
    if (change.type === "send") this.send(change.text);
  }

  /** Asks for a person. The words open a conversation where there is none. */
  requestPerson(words: string): void {
    if (!this.thread.conversation || this.thread.ended === "closed") this.send(words);
    this.#want({ type: "request_person" });
  }

  rateMessage(message: number, up: boolean | null): void {
    this.#want({ type: "rate_message", message, up });
  }

  rateConversation(stars: number, comment: string, thanks: string): void {
    this.thread = { ...this.thread, stars };
    this.#tell(thanks);
    this.#want({ type: "rate_conversation", stars, comment });
  }

  /** An address for the answer that nobody could give; the field goes away. */
  leaveEmail(email: string, thanks: string): void {
    this.thread = { ...this.thread, nobodyCame: false };
    this.#tell(thanks);
    this.describe({ email });
  }

  /** What the page or the visitor tells of the visitor; not verified. */
  describe(profile: Partial<Profile>): void {
    this.#profile = { ...this.#profile, ...profile };
    const { name = null, email = null } = this.#profile;
    this.storage.write("profile", { name, email });
    if (profile.name || profile.email) this.#want({ type: "identify", name, email });
  }

  /** Who the host's server says the visitor is. */
  sign(identity: SignedIdentity): void {
    this.#identity = identity;
    if (keptSession(this.storage)?.user === identity.user) return;
    this.#forgetSession();
    this.#link.restart();
  }

  setPage(): void {
    const page = this.#options.page();
    const told = JSON.stringify(page);
    if (told !== this.#page && this.#link.send({ type: "set_page", page })) this.#page = told;
  }

  /** The visitor types, or stopped; told at most every three seconds. */
  setTyping(typing: boolean): void {
    if (typing) this.#after("told", TYPING_LASTS, () => this.setTyping(false));
    if (typing ? Date.now() - this.#told < TYPING_EVERY : !this.#told) return;
    this.#told = typing ? Date.now() : 0;
    this.#link.send({ type: "typing", typing });
  }

  /** The thumbs of the message with this seq, with what is on its way. */
  thumbs(seq: number): boolean | null {
    for (const { change } of this.outbox.waiting.toReversed()) {
      if (change.type === "rate_message" && change.message === seq) return change.up;
    }
    const line = this.thread.lines.find((line) => line.seq === seq);
    return line?.kind === "message" ? line.up : null;
  }

  #want(wish: Wish): boolean {
    const taken = this.outbox.add(wish, this.thread);
    this.#flush();
    return taken;
  }

  /** Another tab has become somebody else, or nobody. */
  #storageChanged({ key, oldValue }: StorageEvent): void {
    if (key !== this.storage.prefix + SESSION_KEY || !oldValue) return;
    this.#newVisitor();
    this.#link.restart();
  }

  async #hello(): Promise<VisitorRequest> {
    const { base, service, page } = this.#options;
    const { visitor, secret } = await obtainSession(this.storage, base, service, this.#identity);
    const { conversation, version } = this.thread;
    const { name = null, email = null, device = null, place = null, locale = null } = this.#profile;
    const here = page();
    this.#page = JSON.stringify(here);
    return {
      type: "hello",
      protocol: PROTOCOL,
      service,
      visitor,
      secret,
      conversation,
      after: version,
      page: here,
      profile: { name, email, device, place, locale, verified: false },
    };
  }

  #forgetSession(): void {
    this.storage.remove(SESSION_KEY);
    this.#newVisitor();
  }

  #newVisitor(): void {
    this.thread = emptyThread();
    this.outbox.changeVisitor();
    this.#linkChanged();
  }

  #linkChanged(): void {
    this.#inFlight = this.typing = null;
    this.#flush();
  }

  #receive(frame: VisitorFrame): void {
    const before = this.thread;
    this.thread = fold(before, frame);
    switch (frame.type) {
      case "welcome":
      case "service":
        this.#dress(frame);
        break;
      case "typing":
        this.typing = frame.typing ? frame.name : null;
        this.#after("typing", TYPING_LASTS, () => {
          this.typing = null;
        });
        break;
      case "done":
        this.outbox.done(frame.id, frame.seq);
        this.#refusals = 0;
        this.#answered(frame.id);
        break;
      case "refused":
        if (frame.id) this.#refused(frame.id, frame.problem.title, frame.problem.retry);
        break;
      case "events":
        if (before.caughtUp) this.#announce(before.seen);
        break;
    }
    this.outbox.settle(this.thread);
    if (this.thread.back > before.back) {
      this.#after("back", PASSING, () => {
        this.thread = { ...this.thread, back: 0 };
      });
    }
    this.#flush();
  }

  #dress({ look, mode }: { look: Look; mode: Mode }): void {
    this.look = look;
    this.mode = mode;
    this.#options.onChange();
  }

  #announce(seen: number): void {
    for (const line of this.thread.lines) {
      if (line.kind !== "message" || line.seq <= seen || line.from === "visitor") continue;
      this.typing = null;
      this.#options.onMessage(line);
    }
  }

  /** A refusal that passes is tried again with the same id, later each time. */
  #refused(id: string, why: string, retry: boolean): void {
    if (retry) {
      this.#after("answer", backoff(++this.#refusals), () => this.#answered(id));
      return;
    }
    const type = this.outbox.fail(id, why);
    if (type !== "send" && type !== "request_person") this.#tell(why);
    this.#answered(id);
  }

  #tell(text: string): void {
    this.passing = text;
    this.#after("passing", PASSING, () => {
      this.passing = null;
    });
  }

  #answered(id: string): void {
    if (this.#inFlight !== id) return;
    this.#inFlight = null;
    clearTimeout(this.#timers.answer);
    this.#flush();
  }

  /** One request at a time, in order: what came first is on disk before the next one leaves. */
  #flush(): void {
    const entry = this.#inFlight ? undefined : this.outbox.next(this.thread.conversation !== null);
    if (entry) {
      this.connect();
      if (this.#link.send(entry.change)) {
        this.#inFlight = entry.change.id;
        this.#after("answer", PATIENCE, () => this.#link.drop());
      }
    }
    this.#options.onChange();
  }

  #after(name: string, delay: number, then: () => void): void {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(() => {
      then();
      this.#options.onChange();
    }, delay);
  }
}
