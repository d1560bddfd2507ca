import type { Card } from "../../wire/Card";

/** More cards than this are not kept: those of ended conversations that nobody looks at go first. */
const MOST_CARDS = 4_000;

/** One card in a box of its own: it is replaced whole, so a change costs exactly the views that show it. */
export class CardBox {
  card = $state.raw() as Card;

  constructor(card: Card) {
    this.card = card;
  }
}

export type CardChange = (now: Card, before: Card | null) => void;

/** What a whole board changed that was sent after a reconnect. */
export interface Caught {
  changed: number;
  removed: Card[];
}

/** Every card that this page knows, by conversation. A plain map: only the boxes are reactive. */
export class Cards {
  private readonly boxes = new Map<string, CardBox>();
  private readonly listeners = new Set<CardChange>();
  private readonly pinned = new Set<string>();
  private arriving: { seen: Set<string>; changed: number } | null = null;

  /** Calls the listener for each new or newer card; the answer ends that. */
  onChange(listener: CardChange): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get(id: string): CardBox | undefined {
    return this.boxes.get(id);
  }

  values(): Iterable<CardBox> {
    return this.boxes.values();
  }

  /** Keeps the card with the highest version; returns its box. */
  put(card: Card): CardBox {
    const box = this.boxes.get(card.id);
    if (!box) {
      const fresh = new CardBox(card);
      this.boxes.set(card.id, fresh);
      if (this.boxes.size > MOST_CARDS) this.prune();
      this.tell(card, null);
      return fresh;
    }
    const before = box.card;
    if (card.version > before.version) {
      box.card = card;
      this.tell(card, before);
    }
    return box;
  }

  /** Takes part of the board; the last part ends it and tells what changed since the board before. */
  putBoard(cards: Card[], first: boolean, last: boolean): Caught | null {
    if (first || !this.arriving) this.arriving = { seen: new Set(), changed: 0 };
    const arriving = this.arriving;
    for (const card of cards) {
      arriving.seen.add(card.id);
      const known = this.boxes.get(card.id)?.card.version ?? 0;
      if (card.version > known) arriving.changed += 1;
      this.put(card);
    }
    if (!last) return null;
    this.arriving = null;
    const removed = this.removeUnseen(arriving.seen);
    return { changed: arriving.changed + removed.length, removed };
  }

  /** A conversation on view keeps its box. */
  pin(id: string): void {
    this.pinned.add(id);
  }

  unpin(id: string): void {
    this.pinned.delete(id);
  }

  /** Open cards that the board no longer has ended meanwhile, or are no longer this agent's to see. */
  private removeUnseen(seen: Set<string>): Card[] {
    const gone: Card[] = [];
    for (const [id, { card }] of this.boxes) {
      if (seen.has(id) || !isOpen(card)) continue;
      gone.push(card);
      if (!this.pinned.has(id)) this.boxes.delete(id);
    }
    return gone;
  }

  private prune(): void {
    for (const [id, { card }] of this.boxes) {
      if (!isOpen(card) && !this.pinned.has(id)) this.boxes.delete(id);
    }
  }

  private tell(now: Card, before: Card | null): void {
    for (const listener of this.listeners) listener(now, before);
  }
}

/** Whether it still goes on. */
export function isOpen(card: Card): boolean {
  return card.status !== "resolved" && card.status !== "closed";
}

/** Whether it counts as needing attention. */
export function needsAttention(card: Card): boolean {
  return isOpen(card) && (card.flags.length > 0 || card.status === "waiting");
}

/** The agent who has the floor. */
export function holderOf(card: Card): { id: string; name: string } | null {
  return isOpen(card) && card.control.state === "agent" ? card.control.agent : null;
}

/** The assistant is silent because of people. */
export function isPaused(card: Card): boolean {
  return card.status === "agent" || card.status === "paused";
}
