import type { Card } from "../../wire/Card";
import { readStorage, writeStorage } from "./preferences.svelte";

const KEY = "handoff.seen";
/** So many conversations are remembered; the ones seen longest ago are forgotten. */
const MOST = 1_000;

/** How many messages of each conversation this person has seen, in this browser. */
class Unread {
  private seen = $state.raw<ReadonlyMap<string, number>>(readSeen());

  /** Messages that came since the conversation was last on view; all of them where it never was. */
  of(card: Card): number {
    return Math.max(0, card.messages - (this.seen.get(card.id) ?? 0));
  }

  /** As if the last message had not been seen. */
  mark(card: Card): void {
    this.see(card.id, Math.max(0, card.messages - 1));
  }

  see(id: string, messages: number): void {
    if (this.seen.get(id) === messages) return;
    const next = new Map(this.seen);
    next.delete(id);
    next.set(id, messages);
    for (const oldest of next.keys()) {
      if (next.size <= MOST) break;
      next.delete(oldest);
    }
    this.seen = next;
    writeStorage(KEY, JSON.stringify([...next]));
  }
}

function readSeen(): Map<string, number> {
  try {
    const stored: unknown = JSON.parse(readStorage(KEY) ?? "[]");
    return new Map(Array.isArray(stored) ? stored.filter(isPair) : []);
  } catch {
    return new Map();
  }
}

function isPair(value: unknown): value is [string, number] {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number";
}

export const unread = new Unread();
