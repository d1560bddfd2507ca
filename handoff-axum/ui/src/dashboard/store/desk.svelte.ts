import { getContext, setContext } from "svelte";
import type { Colleague } from "../../wire/Colleague";
import type { Me } from "../../wire/Me";
import type { Role } from "../../wire/Role";
import type { ServiceView } from "../../wire/ServiceView";
import type { TeamFrame } from "../../wire/TeamFrame";
import { api, type Category, whenSignedOut } from "../net/api";
import { browserSurroundings } from "../net/browser";
import { FrameQueue } from "../net/frames";
import { Link, type LinkState } from "../net/link";
import { Refusal } from "../net/problem";
import { atLeast } from "../words/terms";
import { Announcer } from "./announcer.svelte";
import { Board } from "./board.svelte";
import { Cards } from "./cards.svelte";
import { clock } from "./clock.svelte";
import { OpenConversation } from "./conversation.svelte";
import { Herald } from "./herald";
import { Notices } from "./notices.svelte";

/** The words "12 updates received" stay so long, in milliseconds. */
const CAUGHT_UP_STAYS = 6_000;

export type SessionState = "unknown" | "out" | "in" | "expired";

/** All that the dashboard knows and can do: one for the page. */
export class Desk {
  session = $state<SessionState>("unknown");
  me = $state.raw<Me | null>(null);
  services = $state.raw<readonly ServiceView[]>([]);
  team = $state.raw<readonly Colleague[]>([]);
  categories = $state.raw<readonly Category[]>([]);
  link = $state.raw<LinkState>({ at: "idle" });
  /** When the last frame came, while the connection is lost. */
  dataFrom = $state<number | null>(null);
  /** How many updates the last reconnect brought; shown for a moment. */
  caughtUp = $state<number | null>(null);
  /** The conversation on view. */
  open = $state.raw<OpenConversation | null>(null);

  readonly notices = new Notices();
  readonly announcer = new Announcer();
  readonly cards = new Cards();
  readonly board = new Board(this.cards, () => clock.now());
  readonly herald = new Herald(this);
  readonly socket: Link;
  private readonly queue = new FrameQueue((frames) => this.apply(frames));
  private reconnecting = false;

  constructor() {
    this.socket = new Link(browserSurroundings("/api/v1/team/socket"), {
      frame: (frame) => this.queue.push(frame),
      state: (state) => this.linkChanged(state),
    });
    whenSignedOut(() => this.expire());
    clock.onTick(() => this.board.refresh(true));
    addEventListener("online", () => this.session === "in" && this.socket.start());
  }

  /** Looks whether somebody is signed in, and connects. */
  async begin(): Promise<void> {
    try {
      this.signedIn(await api.me());
    } catch (error) {
      const known = error instanceof Refusal && error.problem.status === 401;
      this.session = "out";
      if (!known) throw error;
    }
  }

  /** Somebody signed in. Another person than before gets a page of their own: nothing of the first one's stays. */
  signedIn(me: Me): void {
    if (this.me && this.me.agent.id !== me.agent.id) return location.reload();
    this.me = me;
    this.session = "in";
    this.socket.start();
    void this.loadCategories();
  }

  async signOut(): Promise<void> {
    await api.signOut();
    this.socket.stop();
    location.assign("/dashboard");
  }

  may(role: Role): boolean {
    return this.me !== null && atLeast(this.me.role, role);
  }

  get myId(): string {
    return this.me?.agent.id ?? "";
  }

  service(id: string): ServiceView | undefined {
    return this.services.find((view) => view.service.id === id);
  }

  putService(view: ServiceView): void {
    const others = this.services.filter((one) => one.service.id !== view.service.id);
    const known = this.service(view.service.id);
    if (known && known.version > view.version) return;
    this.setServices([...others, view]);
  }

  async loadCategories(): Promise<void> {
    try {
      this.categories = await api.categories();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** Puts a conversation on view, or none. */
  show(id: string | null): void {
    if (this.open?.id === id) return;
    this.open?.close();
    this.open = id === null ? null : new OpenConversation(id, this.cards, this.socket, () => this.myId);
    this.open?.open();
  }

  private setServices(services: ServiceView[]): void {
    this.services = services.sort((a, b) => a.service.name.localeCompare(b.service.name));
    this.board.setServices(this.services.map((view) => view.service.id));
  }

  private linkChanged(state: LinkState): void {
    const lost = this.link.at === "open" && state.at !== "open";
    if (lost) {
      this.reconnecting = true;
      this.dataFrom = clock.now();
    }
    this.link = state;
    if (state.at === "signed_out") this.expire();
    // A refused upgrade looks like any lost connection: ask whether the session still holds.
    if (state.at === "waiting" && !lost) void this.checkSession();
  }

  private async checkSession(): Promise<void> {
    try {
      await api.me();
    } catch (error) {
      if (error instanceof Refusal && error.problem.status === 401) this.expire();
    }
  }

  private expire(): void {
    if (this.session === "in") this.session = "expired";
  }

  /** Applies all that came since the last animation frame. */
  private apply(frames: TeamFrame[]): void {
    for (const frame of frames) this.applyOne(frame);
    this.board.refresh();
  }

  private applyOne(frame: TeamFrame): void {
    switch (frame.type) {
      case "welcome":
        this.me = frame.you;
        this.team = frame.team;
        clock.set(frame.now);
        this.setServices([...frame.services]);
        break;
      case "board":
        this.takeBoard(frame);
        break;
      case "cards":
        for (const card of frame.cards) this.cards.put(card);
        break;
      case "counts":
        this.board.serverCounts(
          frame.counts.reduce(
            (sum, { counts }) => ({
              active: sum.active + counts.active,
              attention: sum.attention + counts.attention,
              paused: sum.paused + counts.paused,
            }),
            { active: 0, attention: 0, paused: 0 },
          ),
        );
        break;
      case "team":
        this.team = frame.team;
        break;
      case "service":
        this.putService(frame.service);
        break;
      case "events":
      case "piece":
      case "typing":
      case "viewers":
        if (this.open?.id === frame.conversation) this.open.receive(frame);
        break;
    }
  }

  private takeBoard(frame: Extract<TeamFrame, { type: "board" }>): void {
    const caught = this.cards.putBoard(frame.cards, frame.first, frame.last);
    if (!caught) return;
    this.board.arrived(frame.truncated);
    this.herald.ready();
    if (this.reconnecting) this.backAgain(caught.changed);
    if (this.open && caught.removed.some((card) => card.id === this.open?.id)) void this.open.load();
  }

  private backAgain(updates: number): void {
    this.reconnecting = false;
    this.dataFrom = null;
    this.caughtUp = updates === 0 ? null : updates;
    setTimeout(() => {
      this.caughtUp = null;
    }, CAUGHT_UP_STAYS);
  }
}

const KEY = Symbol("desk");

export function provideDesk(desk: Desk): void {
  setContext(KEY, desk);
}

export function useDesk(): Desk {
  return getContext<Desk>(KEY);
}
