import type { TeamFrame } from "../../wire/TeamFrame";
import type { TeamRequest } from "../../wire/TeamRequest";
import type { LinkEvents, LinkState, Socket, Surroundings } from "./link";

/** A socket whose other end is the test. */
export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: TeamRequest[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  accept(heartbeat = 10_000): void {
    this.onopen?.();
    this.say({
      type: "welcome",
      protocol: 1,
      you: { agent: { id: "ann", name: "Ann" }, role: "agent", services: null },
      services: [],
      team: [],
      heartbeat_ms: heartbeat,
      now: 0,
    });
  }

  say(frame: TeamFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** The requests of one type. */
  of<T extends TeamRequest["type"]>(type: T): Extract<TeamRequest, { type: T }>[] {
    return this.sent.filter((one): one is Extract<TeamRequest, { type: T }> => one.type === type);
  }
}

/** A world with a clock that the test moves, and sockets that it opens and drops. */
export class FakeWorld implements Surroundings, LinkEvents {
  readonly sockets: FakeSocket[] = [];
  readonly states: LinkState[] = [];
  readonly frames: TeamFrame[] = [];
  private time = 0;
  private ids = 0;
  private timers: { at: number; run: () => void }[] = [];

  dial(): Socket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }

  now = () => this.time;
  random = () => 0.5;
  newId = () => `id-${++this.ids}`;

  later = (run: () => void, after: number) => {
    const timer = { at: this.time + after, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  };

  /** Lets time pass, and what is due happen in its order. */
  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.time = next.at;
      next.run();
    }
    this.time = end;
  }

  frame = (frame: TeamFrame) => void this.frames.push(frame);
  state = (state: LinkState) => void this.states.push(state);

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error("nothing was dialled yet");
    return last;
  }
}
