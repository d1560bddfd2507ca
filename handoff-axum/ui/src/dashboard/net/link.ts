import type { Command } from "../../wire/Command";
import type { TeamFrame } from "../../wire/TeamFrame";
import type { TeamRequest } from "../../wire/TeamRequest";
import { askedDelay, delayBefore } from "./backoff";
import { Outbox } from "./outbox";
import { localProblem } from "./problem";

/** The version of the protocol that this page speaks. */
export const PROTOCOL = 1;
/** A refused request that may be sent again waits so long, in milliseconds. */
const RETRY_AFTER = 1_500;
/** Nothing heard for so many heartbeats: the connection is dead, whatever the browser thinks. */
const SILENT_HEARTBEATS = 2.5;
/** The heartbeat before the server has named its own, in milliseconds. */
const FIRST_HEARTBEAT = 20_000;

/** How the connection stands. */
export type LinkState =
  | { at: "idle" }
  | { at: "connecting"; attempt: number }
  | { at: "open" }
  | { at: "waiting"; until: number }
  | { at: "signed_out" }
  | { at: "outdated" };

/** The part of a `WebSocket` that is used here. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
}

/** What the link takes from its surroundings; tests bring their own. */
export interface Surroundings {
  dial(): Socket;
  now(): number;
  random(): number;
  newId(): string;
  later(run: () => void, after: number): () => void;
}

export interface LinkEvents {
  frame(frame: TeamFrame): void;
  state(state: LinkState): void;
}

/** The dashboard's socket: dials, greets, keeps alive, comes back without an end, and sends again what was not answered. */
export class Link {
  private socket: Socket | null = null;
  private state: LinkState = { at: "idle" };
  private attempt = 0;
  private heartbeat = FIRST_HEARTBEAT;
  private heardAt = 0;
  private cancelRetry: (() => void) | null = null;
  private cancelBeat: (() => void) | null = null;
  private readonly outbox = new Outbox();
  private readonly watched = new Map<string, () => number>();

  constructor(
    private readonly around: Surroundings,
    private readonly events: LinkEvents,
  ) {}

  /** Connects, now: also while it waits for the next try. */
  start(): void {
    if (this.state.at === "open" || this.state.at === "connecting") return;
    this.cancelRetry?.();
    this.dial();
  }

  /** Hangs up for good; what was not answered ends. */
  stop(): void {
    this.hangUp();
    this.outbox.abandon(localProblem("signed_out", "You signed out before this was sent."));
    this.setState({ at: "idle" });
  }

  /** How many commands wait for an answer. */
  get unanswered(): number {
    return this.outbox.size;
  }

  /** Does something; ends with the conversation's version after it, or with a `Refusal`. Survives a lost connection. */
  do(conversation: string, command: Command, id = this.around.newId()): Promise<number> {
    const answer = this.outbox.add(id, conversation, command);
    const request = this.outbox.request(id);
    if (request) this.send(request);
    return answer;
  }

  /** Follows a conversation, from the version that `after` tells at the moment of (re)connecting. */
  watch(conversation: string, after: () => number): void {
    this.watched.set(conversation, after);
    this.send({ type: "watch", conversation, after: after() });
  }

  unwatch(conversation: string): void {
    if (this.watched.delete(conversation)) this.send({ type: "unwatch", conversation });
  }

  typing(conversation: string, typing: boolean): void {
    this.send({ type: "typing", conversation, typing });
  }

  private dial(): void {
    this.setState({ at: "connecting", attempt: this.attempt });
    const socket = this.around.dial();
    this.socket = socket;
    socket.onopen = () => {
      if (this.socket === socket) socket.send(JSON.stringify({ type: "hello", protocol: PROTOCOL }));
    };
    socket.onmessage = (event) => {
      if (this.socket === socket) this.receive(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event.code, event.reason);
    };
    this.heardAt = this.around.now();
    this.beat();
  }

  private receive(data: unknown): void {
    this.heardAt = this.around.now();
    const frame = parse(data);
    if (!frame) return;
    if (frame.type === "welcome") this.welcomed(frame.heartbeat_ms);
    else if (frame.type === "done") this.outbox.done(frame.id, frame.version);
    else if (frame.type === "refused" && frame.id !== null && this.outbox.refused(frame.id, frame.problem)) {
      this.resendLater(frame.id);
    }
    if (frame.type !== "pong") this.events.frame(frame);
  }

  private welcomed(heartbeat: number): void {
    this.attempt = 0;
    this.heartbeat = Math.max(1_000, heartbeat);
    this.setState({ at: "open" });
    this.beat();
    for (const [conversation, after] of this.watched) {
      this.send({ type: "watch", conversation, after: after() });
    }
    for (const request of this.outbox.unanswered()) this.send(request);
  }

  private resendLater(id: string): void {
    this.around.later(() => {
      const request = this.outbox.request(id);
      if (request) this.send(request);
    }, RETRY_AFTER);
  }

  private lost(code: number, reason: string): void {
    this.hangUp();
    if (code === 4401) return this.setState({ at: "signed_out" });
    if (code === 4406) return this.setState({ at: "outdated" });
    const asked = code === 1012 ? askedDelay(reason) : null;
    const delay = asked ?? delayBefore(this.attempt, this.around.random);
    this.attempt += 1;
    this.setState({ at: "waiting", until: this.around.now() + delay });
    this.cancelRetry = this.around.later(() => this.dial(), delay);
  }

  /** One beat: a ping, or the end of a connection on which nothing is heard any more. */
  private beat(): void {
    this.cancelBeat?.();
    this.cancelBeat = this.around.later(() => {
      if (this.around.now() - this.heardAt > this.heartbeat * SILENT_HEARTBEATS)
        return this.lost(1006, "silent");
      this.send({ type: "ping" });
      this.beat();
    }, this.heartbeat * 0.8);
  }

  private send(request: TeamRequest): void {
    if (this.state.at === "open") this.socket?.send(JSON.stringify(request));
  }

  private hangUp(): void {
    this.cancelRetry?.();
    this.cancelBeat?.();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private setState(state: LinkState): void {
    this.state = state;
    this.events.state(state);
  }
}

/** A frame of the server; what is none is skipped, since a newer server may say more than this page knows. */
function parse(data: unknown): TeamFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    return frame !== null && typeof frame === "object" && "type" in frame ? (frame as TeamFrame) : null;
  } catch {
    return null;
  }
}
