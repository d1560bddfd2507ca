import type { Look } from "../../wire/Look.ts";
import type { Mode } from "../../wire/Mode.ts";
import type { Page } from "../../wire/Page.ts";
import type { Profile } from "../../wire/Profile.ts";
import type { VisitorFrame } from "../../wire/VisitorFrame.ts";
import type { VisitorRequest } from "../../wire/VisitorRequest.ts";
import { backoff, Link, type LinkOptions, type LinkStatus, PATIENCE } from "./link.ts";
import { Outbox, unshown, type Waiting, type Wish } from "./outbox.ts";
import { SESSION_KEY, Sessions, type SignedIdentity } from "./session.ts";
import { Storage } from "./storage.ts";
import { emptyThread, fold, type Message, type Thread } from "./thread.ts";

const PROTOCOL = 1;
/** An agent who has not been heard typing for so long has stopped. */
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
  open?: LinkOptions["open"];
}

/** The visitor's side of the conversation: everything but the pixels. */
export class Client {
  thread: Thread = emptyThread();
  look: Look | null = null;
  mode: Mode = "supported";
  status: LinkStatus = "idle";
  /** The agent who types. */
  typing: string | null = null;
  /** Something to say for a moment: a thank-you, a refusal. */
  passing: string | null = null;
  readonly storage: Storage;
  readonly outbox: Outbox;
  private readonly sessions: Sessions;
  private readonly link: Link;
  private profile: Partial<Profile>;
  private inFlight: string | null = null;
  private refusals = 0;
  private told = 0;
  private timers: Record<string, ReturnType<typeof setTimeout>> = {};

  constructor(private readonly options: ClientOptions) {
    const { base, service } = options;
    this.storage = new Storage(`handoff:${service}:`);
    this.outbox = new Outbox(this.storage);
    this.sessions = new Sessions(this.storage, base, service);
    this.profile = { ...options.profile, ...this.storage.read<Partial<Profile> | null>("profile") };
    this.link = new Link({
      url: `${base.replace(/^http/, "ws")}api/v1/visitor/socket`,
      hello: () => this.hello(),
      onFrame: (frame) => this.receive(frame),
      onStatus: (status) => this.changed(status),
      onUnauthorised: () => this.newVisitor(() => this.sessions.forget()),
      onMalformed: () => this.refused(this.inFlight, "", false),
      ...(options.open && { open: options.open }),
    });
  }

  /** Reads how the widget looks, and goes online where this visitor has been here before. */
  async begin(): Promise<void> {
    addEventListener("online", this.wake);
    addEventListener("storage", this.storageChanged);
    document.addEventListener("visibilitychange", this.wake);
    if (this.sessions.get() || this.outbox.waiting.length > 0) this.connect();
    try {
      const { base, service } = this.options;
      const url = `${base}api/v1/visitor/services/${encodeURIComponent(service)}`;
      const response = await fetch(url, { credentials: "omit" });
      if (response.ok) this.dress((await response.json()) as { look: Look; mode: Mode });
    } catch {
      // The welcome brings it too.
    }
  }

  /** Goes online, and stays there. */
  connect(): void {
    this.link.start();
  }

  end(): void {
    removeEventListener("online", this.wake);
    removeEventListener("storage", this.storageChanged);
    document.removeEventListener("visibilitychange", this.wake);
    this.link.stop();
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
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
    if (!said || !this.outbox.add({ type: "send", text: said }, this.thread)) return false;
    this.told = 0;
    this.flush();
    return true;
  }

  retry(entry: Waiting): void {
    this.outbox.forget(entry.change.id);
    if (entry.change.type === "send") this.send(entry.change.text);
  }

  /** Asks for a person. The words open a conversation where there is none. */
  requestPerson(words: string): void {
    if (!this.thread.conversation || this.thread.ended === "closed") this.send(words);
    this.want({ type: "request_person" });
  }

  rateMessage(message: Message, up: boolean | null): void {
    this.want({ type: "rate_message", message: message.seq, up });
  }

  rateConversation(stars: number, comment: string, thanks: string): void {
    this.want({ type: "rate_conversation", stars, comment });
    this.thread = { ...this.thread, stars };
    this.tell(thanks);
  }

  /** An address for the answer that nobody could give; the field goes away. */
  leaveEmail(email: string, thanks: string): void {
    this.thread = { ...this.thread, nobodyCame: false };
    this.describe({ email });
    this.tell(thanks);
  }

  /** What the page or the visitor tells of the visitor; not verified. */
  describe(profile: Partial<Profile>): void {
    this.profile = { ...this.profile, ...profile };
    const { name = null, email = null } = this.profile;
    this.storage.write("profile", { name, email });
    if (profile.name || profile.email) this.want({ type: "identify", name, email });
  }

  /** Who the host's server says the visitor is. */
  sign(identity: SignedIdentity): void {
    const known = this.sessions.get() !== null;
    if (this.sessions.get()?.user !== identity.user) this.newVisitor(() => this.sessions.sign(identity));
    else this.sessions.sign(identity);
    if (known) this.connect();
  }

  setPage(): void {
    this.link.send({ type: "set_page", page: this.options.page() });
  }

  /** The visitor types, or stopped; told at most every three seconds. */
  setTyping(typing: boolean): void {
    if (typing === this.told > 0 && Date.now() - this.told < TYPING_EVERY) return;
    if (!typing && this.told === 0) return;
    this.told = typing ? Date.now() : 0;
    this.link.send({ type: "typing", typing });
    if (typing) this.after("told", TYPING_LASTS, () => this.setTyping(false));
  }

  /** The message's thumbs, with what is on its way. */
  thumbs(message: Message): boolean | null {
    const change = this.outbox.waiting.findLast(
      ({ change }) => change.type === "rate_message" && change.message === message.seq,
    )?.change;
    return change?.type === "rate_message" ? change.up : message.up;
  }

  private want(wish: Wish): void {
    this.outbox.add(wish, this.thread);
    this.flush();
  }

  private readonly wake = (): void => {
    if (!document.hidden) this.link.wake();
  };

  /** Another tab signed in as somebody else. */
  private readonly storageChanged = (event: StorageEvent): void => {
    if (event.key !== this.storage.prefix + SESSION_KEY || !event.newValue) return;
    if (event.newValue !== event.oldValue) this.newVisitor(() => {});
  };

  private async hello(): Promise<VisitorRequest> {
    const { visitor, secret } = await this.sessions.obtain();
    const { conversation, version } = this.thread;
    const profile = { name: null, email: null, device: null, place: null, locale: null, ...this.profile };
    return {
      type: "hello",
      protocol: PROTOCOL,
      service: this.options.service,
      visitor,
      secret,
      conversation,
      after: version,
      page: this.options.page(),
      profile: { ...profile, verified: false },
    };
  }

  private newVisitor(change: () => void): void {
    change();
    this.thread = emptyThread();
    this.outbox.changeVisitor();
    this.inFlight = null;
    this.link.restart();
    this.options.onChange();
  }

  private changed(status: LinkStatus): void {
    this.status = status;
    if (status !== "online") {
      this.inFlight = null;
      this.typing = null;
    }
    this.flush();
  }

  private receive(frame: VisitorFrame): void {
    const before = this.thread;
    this.thread = fold(before, frame);
    switch (frame.type) {
      case "welcome":
      case "service":
        this.dress(frame);
        break;
      case "typing":
        this.typing = frame.typing ? frame.name : null;
        this.after("typing", TYPING_LASTS, () => {
          this.typing = null;
        });
        break;
      case "done":
        this.outbox.done(frame.id, frame.seq);
        this.refusals = 0;
        this.answered(frame.id);
        break;
      case "refused":
        this.refused(frame.id, frame.problem.title, frame.problem.retry);
        break;
      case "events":
        if (before.caughtUp) this.announce(before);
        break;
      case "opened":
        this.setPage();
        break;
    }
    this.outbox.settle(this.thread);
    if (this.thread.back > before.back) {
      this.after("back", PASSING, () => {
        this.thread = { ...this.thread, back: 0 };
      });
    }
    this.flush();
  }

  private dress({ look, mode }: { look: Look; mode: Mode }): void {
    this.look = look;
    this.mode = mode;
    this.options.onChange();
  }

  private announce(before: Thread): void {
    for (const line of this.thread.lines) {
      if (line.kind !== "message" || line.past || line.seq <= before.seen || line.from === "visitor")
        continue;
      this.typing = null;
      this.options.onMessage(line);
    }
  }

  /** A refusal that passes is tried again with the same id, later each time. */
  private refused(id: string | null, why: string, retry: boolean): void {
    if (id === null) return;
    if (retry) {
      this.after("flush", backoff(++this.refusals), () => this.answered(id));
      return;
    }
    const type = this.outbox.find(id)?.change.type;
    this.outbox.fail(id, why);
    if (type && type !== "send" && type !== "request_person" && why) this.tell(why);
    this.answered(id);
  }

  private tell(text: string): void {
    this.passing = text;
    this.after("passing", PASSING, () => {
      this.passing = null;
    });
    this.options.onChange();
  }

  private answered(id: string): void {
    if (this.inFlight !== id) return;
    this.inFlight = null;
    clearTimeout(this.timers.answer);
    this.flush();
  }

  /** One request at a time, in order: what came first is on disk before the next one leaves. */
  private flush(): void {
    const entry = this.inFlight === null ? this.outbox.next(this.thread.conversation !== null) : undefined;
    if (entry) {
      this.connect();
      if (this.link.send(entry.change)) {
        const { id } = entry.change;
        this.inFlight = id;
        this.after("answer", PATIENCE, () => {
          if (this.inFlight === id && this.refusals === 0) this.link.drop();
        });
      }
    }
    this.options.onChange();
  }

  private after(name: string, delay: number, then: () => void): void {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(() => {
      then();
      this.options.onChange();
    }, delay);
  }
}
