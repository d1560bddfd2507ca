import type { VisitorFrame } from "../../wire/VisitorFrame.ts";
import type { VisitorRequest } from "../../wire/VisitorRequest.ts";

/** `blocked`: it failed several times in a row, and the visitor is offered another way. */
export type LinkStatus = "idle" | "connecting" | "online" | "lost" | "blocked";

export interface LinkOptions {
  url: string;
  /** The first frame; rejects where no session can be had now. */
  hello: () => Promise<VisitorRequest>;
  onFrame: (frame: VisitorFrame) => void;
  onStatus: (status: LinkStatus) => void;
  /** The secret is not valid (any more). */
  onUnauthorised: () => void;
  /** The frame that was sent last was no valid request. */
  onMalformed: () => void;
  open?: (url: string) => WebSocket;
}

export const FIRST_DELAY = 500;
export const LAST_DELAY = 30_000;
/** The server gets so long for its welcome, and for the answer to a heartbeat. */
export const PATIENCE = 10_000;
/** After so many failures in a row the chat counts as out of reach. */
const BLOCKED_AFTER = 4;

/** Doubling from half a second to half a minute; the second half of each delay is left to chance. */
export function backoff(failures: number): number {
  const full = Math.min(LAST_DELAY, FIRST_DELAY * 2 ** Math.min(failures, 10));
  return full / 2 + (Math.random() * full) / 2;
}

/** One WebSocket that comes back without an end. */
export class Link {
  status: LinkStatus = "idle";
  private socket: WebSocket | null = null;
  private failures = 0;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: LinkOptions) {}

  start(): void {
    if (this.status === "idle") this.connect();
  }

  stop(): void {
    this.release();
    this.setStatus("idle");
  }

  /** Begins anew at once: a new session, or the network is back. */
  restart(): void {
    if (this.status === "idle") return;
    this.release();
    this.connect();
  }

  /** The page is visible, or the browser online, again: does not wait out a delay, and does not trust an old socket. */
  wake(): void {
    if (this.status === "online") this.ping();
    else if (this.retry !== undefined) this.restart();
  }

  /** Whether the frame was handed to an open socket. */
  send(frame: VisitorRequest): boolean {
    if (this.status !== "online" || this.socket?.readyState !== 1) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Lets go of a socket that no longer answers. */
  drop(): void {
    this.release();
    this.comeBack(backoff(this.failures++));
  }

  private connect(): void {
    const attempt = ++this.attempt;
    clearTimeout(this.retry);
    this.retry = undefined;
    if (this.status === "idle") this.setStatus("connecting");
    this.options.hello().then(
      (hello) => {
        if (attempt === this.attempt) this.dial(hello);
      },
      () => {
        if (attempt === this.attempt) this.drop();
      },
    );
  }

  private dial(hello: VisitorRequest): void {
    const open = this.options.open ?? ((url: string) => new WebSocket(url));
    let socket: WebSocket;
    try {
      socket = open(this.options.url);
    } catch {
      return this.drop();
    }
    this.socket = socket;
    this.expect();
    socket.onopen = () => socket.send(JSON.stringify(hello));
    socket.onmessage = (event) => this.receive(String(event.data));
    socket.onclose = (event) => this.closed(event.code, event.reason);
  }

  private receive(data: string): void {
    let frame: VisitorFrame;
    try {
      frame = JSON.parse(data) as VisitorFrame;
    } catch {
      return this.drop();
    }
    clearTimeout(this.watch);
    if (frame.type === "welcome") {
      this.failures = 0;
      clearInterval(this.beat);
      this.beat = setInterval(() => this.ping(), Math.max(1000, frame.heartbeat_ms * 0.8));
      this.options.onFrame(frame);
      this.setStatus("online");
    } else {
      this.options.onFrame(frame);
    }
  }

  private closed(code: number, reason: string): void {
    this.release();
    if (code === 1012) {
      const delay = Number(reason);
      return this.comeBack(
        delay >= 0 && reason !== "" ? Math.min(delay, LAST_DELAY) : backoff(this.failures++),
      );
    }
    if (code === 4400) this.options.onMalformed();
    if (code === 4401) this.options.onUnauthorised();
    // Another version is spoken, or too much was asked: neither passes quickly.
    if (code === 4406 || code === 4429) this.failures = Math.max(this.failures, 5);
    this.comeBack(backoff(this.failures++));
  }

  private comeBack(delay: number): void {
    this.setStatus(this.failures >= BLOCKED_AFTER ? "blocked" : "lost");
    this.retry = setTimeout(() => this.connect(), delay);
  }

  private ping(): void {
    this.send({ type: "ping" });
    this.expect();
  }

  private expect(): void {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.drop(), PATIENCE);
  }

  private release(): void {
    this.attempt++;
    clearTimeout(this.retry);
    clearTimeout(this.watch);
    clearInterval(this.beat);
    this.retry = undefined;
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private setStatus(status: LinkStatus): void {
    if (this.status === status) return;
    this.status = status;
    this.options.onStatus(status);
  }
}
