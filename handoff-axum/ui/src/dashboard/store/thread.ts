import type { AgentRef } from "../../wire/AgentRef";
import type { Escalation } from "../../wire/Escalation";
import type { Event } from "../../wire/Event";
import type { Reply } from "../../wire/Reply";
import type { Source } from "../../wire/Source";
import type { TicketEnd } from "../../wire/TicketEnd";
import { type EventWords, eventWords } from "../words/events";

interface Place {
  key: string;
  seq: number;
  at: number;
}

export interface MessageEntry extends Place {
  kind: "message";
  speaker: "visitor" | "assistant" | "agent" | "system";
  /** The agent's or the specialist's. */
  name: string | null;
  agent: string | null;
  text: string;
  sources: Source[];
  approvedBy: string | null;
}

export interface InterruptedEntry extends Place {
  kind: "interrupted";
  partial: string;
  why: TicketEnd;
}

export interface NoteEntry extends Place {
  kind: "note";
  name: string;
  text: string;
  forAssistant: boolean;
}

export interface EventEntry extends Place {
  kind: "event";
  words: EventWords;
}

export interface DraftEntry extends Place {
  kind: "draft";
  turn: number;
  reply: Reply;
  suggestion: boolean;
}

export type Entry = MessageEntry | InterruptedEntry | NoteEntry | EventEntry | DraftEntry;

/** What a conversation's events add up to, for the panel. Never changed: each batch of events makes a new one. */
export interface Thread {
  version: number;
  epoch: number;
  entries: readonly Entry[];
  /** Thumbs, by the seq of the message. */
  ratings: ReadonlyMap<number, boolean>;
  facts: ReadonlyMap<string, string>;
  /** The turn of the draft that waits for an agent. */
  openDraft: number | null;
  /** Why it waited for a person the last time, and what the assistant tried to say before. */
  escalation: { why: Escalation; at: number } | null;
  instruction: string | null;
  /** The holder was warned: the floor is lost then. */
  lostAt: number | null;
  lastReply: string | null;
}

export const EMPTY_THREAD: Thread = {
  version: 0,
  epoch: 0,
  entries: [],
  ratings: new Map(),
  facts: new Map(),
  openDraft: null,
  escalation: null,
  instruction: null,
  lostAt: null,
  lastReply: null,
};

/** Adds events in their order. What is there already is skipped: a repeat after a reconnect shows nothing twice. */
export function foldEvents(thread: Thread, events: readonly Event[]): Thread {
  const news = events.filter((event) => event.seq > thread.version);
  if (news.length === 0) return thread;
  const entries = [...thread.entries];
  const next = {
    ...thread,
    entries,
    ratings: new Map(thread.ratings),
    facts: new Map(thread.facts),
  };
  for (const event of news) {
    if (event.seq <= next.version) continue;
    next.version = event.seq;
    next.epoch = Math.max(next.epoch, event.epoch);
    entries.push(...entriesOf(event));
    remember(next, event);
  }
  return next;
}

type Growing = Omit<Thread, "ratings" | "facts"> & {
  ratings: Map<number, boolean>;
  facts: Map<string, string>;
};

function remember(thread: Growing, { at, body }: Event): void {
  switch (body.type) {
    case "message_rated":
      if (body.up === null) thread.ratings.delete(body.message);
      else thread.ratings.set(body.message, body.up);
      break;
    case "fact_learned":
      thread.facts.set(body.name, body.value);
      break;
    case "escalated":
      thread.escalation = { why: body.why, at };
      break;
    case "returned":
      thread.instruction = body.instruction ?? null;
      thread.openDraft = null;
      break;
    case "draft_proposed":
      thread.openDraft = body.purpose === "draft" ? body.turn : thread.openDraft;
      break;
    case "reply_committed":
      thread.lastReply = body.reply.text;
      thread.openDraft = null;
      break;
    case "holder_warned":
      thread.lostAt = body.lost_at;
      break;
    case "message_received":
    case "draft_rejected":
      thread.openDraft = null;
      break;
    case "agent_messaged":
    case "released":
    case "transferred":
    case "resolved":
    case "taken_over":
      thread.lostAt = null;
      thread.openDraft = null;
      break;
  }
}

function entriesOf(event: Event): Entry[] {
  const { seq, at, body, by } = event;
  const place = { key: String(seq), seq, at };
  const agent = by.type === "agent" ? by : null;
  switch (body.type) {
    case "message_received":
      return [message(place, "visitor", null, body.text)];
    case "agent_messaged":
      return [message(place, "agent", agent, body.text)];
    case "reply_committed":
      return [replied(place, body.reply, body.approved_by ?? null)];
    case "fallback_sent":
      return [message(place, "system", null, body.text)];
    case "escalated": {
      const line = lineOf(event, place);
      const said = body.said ? [message({ ...place, key: `${seq}.said` }, "system", null, body.said)] : [];
      return [...line, ...said];
    }
    case "reply_interrupted":
      return [{ ...place, kind: "interrupted", partial: body.partial, why: body.why }];
    case "note_added":
      return [
        {
          ...place,
          kind: "note",
          name: agent?.name ?? "Handoff",
          text: body.text,
          forAssistant: body.for_assistant,
        },
      ];
    case "draft_proposed":
      return [
        {
          ...place,
          kind: "draft",
          turn: body.turn,
          reply: body.reply,
          suggestion: body.purpose === "suggestion",
        },
      ];
    default:
      return lineOf(event, place);
  }
}

function lineOf(event: Event, place: Place): Entry[] {
  const words = eventWords(event);
  return words ? [{ ...place, kind: "event", words }] : [];
}

function message(
  place: Place,
  speaker: MessageEntry["speaker"],
  agent: AgentRef | null,
  text: string,
): MessageEntry {
  const name = agent?.name ?? null;
  return {
    ...place,
    kind: "message",
    speaker,
    name,
    agent: agent?.id ?? null,
    text,
    sources: [],
    approvedBy: null,
  };
}

function replied(place: Place, reply: Reply, approvedBy: AgentRef | null): MessageEntry {
  return {
    ...message(place, "assistant", null, reply.text),
    name: reply.specialist ?? null,
    sources: reply.sources ?? [],
    approvedBy: approvedBy?.name ?? null,
  };
}
