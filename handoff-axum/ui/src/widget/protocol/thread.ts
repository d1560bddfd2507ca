import type { ConversationId } from "../../wire/ConversationId.ts";
import type { Source } from "../../wire/Source.ts";
import type { Speaker } from "../../wire/Speaker.ts";
import type { Timestamp } from "../../wire/Timestamp.ts";
import type { VisitorEvent } from "../../wire/VisitorEvent.ts";
import type { VisitorFrame } from "../../wire/VisitorFrame.ts";

/** Who has the floor, as far as a visitor is told. */
export type Floor = "assistant" | "connecting" | "person" | "paused";

/** Something that was said. */
export interface Message {
  kind: "message";
  key: string;
  seq: number;
  at: Timestamp;
  from: Speaker;
  name: string | null;
  text: string;
  sources: Source[];
  /** The assistant's turn; only such a message can be rated. */
  turn: number | null;
  up: boolean | null;
}

/** A change of control, as a line of the thread. */
export interface Notice {
  kind: "notice";
  from: null;
  key: string;
  seq: number;
  at: Timestamp;
  what: "joined" | "left" | "back";
  name: string | null;
}

export type Line = Message | Notice;

/** A reply that the assistant is writing; its text is empty before the first piece. */
export interface Writing {
  turn: number;
  epoch: number;
  text: string;
}

/** What a visitor sees of a conversation: a fold of the frames. Replaced, never changed. */
export interface Thread {
  conversation: ConversationId | null;
  /** `hello.after`. */
  version: number;
  /** The seq of the last event shown. */
  seen: number;
  /** The highest epoch of any event shown. */
  epoch: number;
  /** The highest turn that ended. */
  turn: number;
  caughtUp: boolean;
  lines: Line[];
  writing: Writing | null;
  floor: Floor;
  person: string | null;
  /** Nobody came: an e-mail field is offered. */
  nobodyCame: boolean;
  /** The seq of the return to the assistant, where it happened before the visitor's eyes; else 0. */
  back: number;
  ended: "resolved" | "closed" | null;
  stars: number | null;
}

export function emptyThread(conversation: ConversationId | null = null): Thread {
  return {
    conversation,
    version: 0,
    seen: 0,
    epoch: 0,
    turn: 0,
    caughtUp: conversation === null,
    lines: [],
    writing: null,
    floor: "assistant",
    person: null,
    nobodyCame: false,
    back: 0,
    ended: null,
    stars: null,
  };
}

/** The thread after a frame; the same object where the frame changes nothing. */
export function fold(thread: Thread, frame: VisitorFrame): Thread {
  switch (frame.type) {
    case "welcome":
      if (frame.reset || frame.conversation !== thread.conversation) return emptyThread(frame.conversation);
      // The pieces of before the break may belong to a reply that nobody writes any more.
      return {
        ...thread,
        caughtUp: thread.conversation === null,
        writing: thread.writing && { ...thread.writing, text: "" },
      };
    case "opened":
      if (frame.conversation === thread.conversation) return thread;
      return { ...emptyThread(frame.conversation), caughtUp: true };
    case "events":
      return foldEvents(thread, frame.events, frame.version, frame.caught_up);
    case "piece":
      return foldPiece(thread, frame.turn, frame.epoch, frame.offset, frame.text);
    default:
      return thread;
  }
}

function foldEvents(thread: Thread, events: VisitorEvent[], version: number, caughtUp: boolean): Thread {
  const next: Thread = { ...thread, lines: [...thread.lines] };
  for (const event of events) {
    if (event.seq <= next.seen) continue;
    next.seen = event.seq;
    next.epoch = Math.max(next.epoch, event.epoch);
    if (next.writing && next.writing.epoch < next.epoch) next.writing = null;
    foldBody(next, event, thread.caughtUp);
  }
  next.version = Math.max(next.version, version, next.seen);
  next.caughtUp ||= caughtUp;
  return next;
}

function foldBody(next: Thread, event: VisitorEvent, live: boolean): void {
  const { seq, at, body } = event;
  const place = { key: `${next.conversation}/${seq}`, seq, at };
  const say = (from: Speaker, name: string | null, text: string, sources: Source[], turn: number | null) => {
    const key = turn === null ? place.key : turnKey(next, turn);
    next.lines.push({ ...place, kind: "message", key, from, name, text, sources, turn, up: null });
  };
  const note = (what: Notice["what"], name: string | null = null) => {
    next.lines.push({ ...place, kind: "notice", from: null, what, name });
  };
  switch (body.type) {
    case "message":
      if (body.turn !== null) endTurn(next, body.turn);
      if (body.from === "agent") next.person = body.name;
      say(body.from, body.name, body.text, body.sources, body.from === "assistant" ? body.turn : null);
      break;
    case "reply_started":
      // A second try may have the turn of the first.
      next.turn = Math.min(next.turn, body.turn - 1);
      next.writing = { turn: body.turn, epoch: event.epoch, text: "" };
      break;
    case "reply_stopped":
      endTurn(next, body.turn);
      break;
    case "person_joined":
      Object.assign(next, { floor: "person", person: body.name, nobodyCame: false, ended: null });
      note("joined", body.name);
      break;
    case "person_left":
      note("left", next.person);
      Object.assign(next, { floor: "paused", person: null });
      break;
    case "connecting":
      Object.assign(next, { floor: "connecting", person: null, nobodyCame: false });
      if (body.said) say("system", null, body.said, [], null);
      break;
    case "nobody_came":
      // That the assistant is back goes without saying here, whichever of the two is first.
      if (isBack(next.lines.at(-1))) next.lines.pop();
      Object.assign(next, { floor: "assistant", nobodyCame: true, back: 0 });
      say("system", null, body.text, [], null);
      break;
    case "assistant_back":
      if (next.floor === "assistant") break;
      Object.assign(next, { floor: "assistant", person: null, back: live ? seq : 0 });
      note("back");
      break;
    case "message_rated":
      next.lines = next.lines.map((line) =>
        line.kind === "message" && line.seq === body.message ? { ...line, up: body.up } : line,
      );
      break;
    case "conversation_rated":
      next.stars = body.stars;
      break;
    case "resolved":
      Object.assign(next, { ended: "resolved", floor: "assistant", person: null, nobodyCame: false });
      break;
    case "reopened":
      next.ended = null;
      break;
    case "closed":
      Object.assign(next, { ended: "closed", writing: null, floor: "assistant", nobodyCame: false });
      break;
  }
}

const isBack = (line: Line | undefined): boolean => line?.kind === "notice" && line.what === "back";

function endTurn(next: Thread, turn: number): void {
  next.turn = Math.max(next.turn, turn);
  if (next.writing && next.writing.turn <= turn) next.writing = null;
}

/** The pieces of a turn and the message that replaces them are the same line. */
export function turnKey(thread: Thread, turn: number): string {
  return `${thread.conversation}/turn ${turn}`;
}

/**
 * The fence: a piece of an epoch lower than that of an event already shown belongs to an assistant that no longer has the
 * floor, and a piece of an ended turn comes too late.
 */
function foldPiece(thread: Thread, turn: number, epoch: number, offset: number, text: string): Thread {
  if (epoch < thread.epoch || turn <= thread.turn || thread.ended === "closed") return thread;
  const { writing } = thread;
  if (writing && turn < writing.turn) return thread;
  const written = writing?.turn === turn && writing.epoch <= epoch ? writing.text : "";
  // With a gap before it, the piece waits for one that starts over, or for the whole message.
  if (offset > written.length) return thread;
  return { ...thread, writing: { turn, epoch, text: written.slice(0, offset) + text } };
}
