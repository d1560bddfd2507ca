import type { VisitorFrame } from "../../wire/VisitorFrame.ts";
import type { VisitorRequest } from "../../wire/VisitorRequest.ts";

/** `blocked`: it failed several times in a row, and the visitor is offered another way. */
export type LinkStatus = "idle" | "connecting" | "online" | "lost" | "blocked";

export interface LinkOptions {
  url: string;
  /** The first frame; rejects where no session can be had now. */
  hello: () => Promise<VisitorRequest>;
  onFrame: (frame: VisitorFrame) => void;
  onStatus: () => void;
  /** The server closed the socket for a reason of its own; called before the next try. */
  onClose: (code: number) => void;
}

export const FIRST_DELAY = 500;
export const LAST_DELAY = 30_000;
/** The server gets so long for its welcome, and for any other answer. */
export const PATIENCE = 10_000;
/** After so many failures in a row the chat counts as out of reach. */
const BLOCKED_AFTER = 5;

/** Doubling from half a second to half a minute; the second half of each delay is left to chance. */
export function backoff(failures: number): number {
  const full = Math.min(LAST_DELAY, FIRST_DELAY * 2 ** failures);
  return (full + Math.random() * full) / 2;
}

export interface Link {
  status: () => LinkStatus;
  start: () => void;
  stop: () => void;
  /** Begins anew at once: a new session, or the network is back. */
  restart: () => void;
  /** The page is visible, or the browser online, again: does not wait out a delay, and does not trust an old socket. */
  wake: () => void;
  /** Whether the frame was handed to an open socket. */
  send: (frame: VisitorRequest) => boolean;
  /** Lets go of a socket that no longer answers. */
  drop: () => void;
}

/** One WebSocket that comes back without an end. */
export function createLink(options: LinkOptions): Link {
  let status: LinkStatus = "idle";
  let socket: WebSocket | undefined;
  let failures = 0;
  /** Rises with each try: what an earlier one still does no longer counts. */
  let attempt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setTimeout> | undefined;
  let beat: ReturnType<typeof setInterval> | undefined;

  const connect = async () => {
    release();
    const mine = attempt;
    if (status === "idle") set("connecting");
    try {
      const hello = await options.hello();
      if (mine === attempt) dial(hello);
    } catch {
      if (mine === attempt) drop();
    }
  };

  const dial = (hello: VisitorRequest) => {
    const opened = new WebSocket(options.url);
    socket = opened;
    expect();
    opened.onopen = () => opened.send(JSON.stringify(hello));
    opened.onmessage = (event) => receive(JSON.parse(event.data));
    opened.onclose = closed;
  };

  const receive = (frame: VisitorFrame) => {
    relax();
    options.onFrame(frame);
    if (frame.type !== "welcome") return;
    failures = 0;
    clearInterval(beat);
    beat = setInterval(ping, frame.heartbeat_ms * 0.8);
    set("online");
  };

  const closed = ({ code, reason }: CloseEvent) => {
    // Another version is spoken, or too much was asked: neither passes quickly.
    if (code === 4406 || code === 4429) failures = Math.max(failures, BLOCKED_AFTER);
    options.onClose(code);
    // A restarting server says when it is back.
    drop(code === 1012 && reason && +reason >= 0 ? Math.min(+reason, LAST_DELAY) : undefined);
  };

  const drop = (delay = backoff(failures++)) => {
    release();
    set(failures < BLOCKED_AFTER ? "lost" : "blocked");
    retry = setTimeout(connect, delay);
  };

  const send = (frame: VisitorRequest) => {
    if (status !== "online" || socket?.readyState !== 1) return false;
    socket.send(JSON.stringify(frame));
    return true;
  };

  const ping = () => {
    send({ type: "ping" });
    expect();
  };

  const expect = () => {
    watch ??= setTimeout(drop, PATIENCE);
  };

  const relax = () => {
    clearTimeout(watch);
    watch = undefined;
  };

  const release = () => {
    attempt++;
    clearTimeout(retry);
    clearInterval(beat);
    relax();
    retry = undefined;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    socket = undefined;
  };

  const set = (now: LinkStatus) => {
    if (status === now) return;
    status = now;
    options.onStatus();
  };

  return {
    status: () => status,
    start: () => {
      if (status === "idle") connect();
    },
    stop: () => {
      release();
      set("idle");
    },
    restart: () => {
      if (status !== "idle") connect();
    },
    wake: () => {
      if (status === "online") ping();
      else if (retry) connect();
    },
    send,
    drop: () => drop(),
  };
}
