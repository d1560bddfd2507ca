import type { Card } from "../../wire/Card";
import { needsAttention } from "./cards.svelte";

/**
 * Since when a conversation needs attention; 0 where it does not. The order of the board depends on this and on when
 * a conversation began, and on nothing that changes with every message: cards stay where they are while people talk.
 */
export function attentionSince(card: Card): number {
  if (!needsAttention(card)) return 0;
  const moments = card.flags.map((flag) => flag.at);
  if (card.control.state === "waiting") moments.push(card.control.since);
  return Math.max(...moments);
}

/** Those that need attention first, the newest of them at the top; then the rest, newest first. A total order. */
export function byAttention(a: Card, b: Card): number {
  return attentionSince(b) - attentionSince(a) || b.opened_at - a.opened_at || (a.id < b.id ? -1 : 1);
}

export interface Settled {
  ids: string[];
  /** Held back, because they would move the card under the pointer or the focus. */
  held: number;
}

/**
 * What a list shows instead of its new order while a card is under the pointer or has the focus: all up to that card
 * stays where it is, what is new above it is held back, and below it everything takes its place.
 */
export function settle(shown: readonly string[], wanted: readonly string[], anchor: string | null): Settled {
  const at = anchor === null ? -1 : shown.indexOf(anchor);
  if (anchor === null || at < 0) return { ids: [...wanted], held: 0 };
  const kept = shown.slice(0, at + 1);
  const place = wanted.indexOf(anchor);
  const before = new Set(kept);
  const ids = [...kept];
  let held = 0;
  wanted.forEach((id, index) => {
    if (before.has(id)) return;
    if (index < place && !shown.includes(id)) held += 1;
    else ids.push(id);
  });
  return { ids, held };
}

/** Whether two lists are the same, so that a view need not change. */
export function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
