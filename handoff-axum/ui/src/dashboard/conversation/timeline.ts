import type { Entry } from "../store/thread";
import { words } from "../words/conversation";

/** What of the timeline shows. */
export interface Kinds {
  messages: boolean;
  notes: boolean;
  events: boolean;
}

export const ALL_KINDS: Kinds = { messages: true, notes: true, events: true };

export function shows(entry: Entry, kinds: Kinds): boolean {
  if (entry.kind === "note") return kinds.notes;
  return entry.kind === "event" ? kinds.events : kinds.messages;
}

/** Whether a new day begins with an entry. */
export function startsDay(before: Entry | undefined, entry: Entry): boolean {
  return before !== undefined && new Date(before.at).toDateString() !== new Date(entry.at).toDateString();
}

/** What a screen reader says of a new entry; nothing for one's own. */
export function announcement(entry: Entry, visitor: string, me: string): string {
  switch (entry.kind) {
    case "message":
      if (entry.agent === me) return "";
      return `${entry.speaker === "visitor" ? visitor : (entry.name ?? words.roles[entry.speaker])}: ${entry.text}`;
    case "note":
      return `${words.note}, ${entry.name}: ${entry.text}`;
    case "draft":
      return `${entry.suggestion ? words.suggestion : words.draft}: ${entry.reply.text}`;
    case "event":
      return entry.words.text;
    case "interrupted":
      return "";
  }
}
