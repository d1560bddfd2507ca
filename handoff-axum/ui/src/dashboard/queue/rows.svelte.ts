import type { Card } from "../../wire/Card";
import { api } from "../net/api";
import type { CardBox, Cards } from "../store/cards.svelte";
import { holderOf } from "../store/cards.svelte";
import { type QueueQuery, serverQuery } from "./views";

/** Changes come so much later at most, in milliseconds: many at once are one question to the server. */
const REST = 600;

/** The rows of a queue: asked from the server, then kept up to date by the cards that arrive. */
export class Rows {
  boxes = $state.raw<readonly CardBox[] | null>(null);
  error = $state.raw<unknown>(null);
  next = $state.raw<string | null>(null);
  busy = $state(false);

  private query: QueueQuery | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly cards: Cards,
    private readonly me: () => string,
  ) {
    this.unsubscribe = cards.onChange((now, before) => this.noticed(now, before));
  }

  /** Shows another view. */
  ask(query: QueueQuery): void {
    this.query = query;
    this.boxes = null;
    void this.load(null);
  }

  retry(): void {
    void this.load(null);
  }

  more(): void {
    if (this.next !== null && !this.busy) void this.load(this.next);
  }

  end(): void {
    this.query = null;
    this.unsubscribe();
    clearTimeout(this.timer);
  }

  private async load(cursor: string | null): Promise<void> {
    if (!this.query) return;
    const turn = ++this.turn;
    this.busy = true;
    try {
      const page = await api.conversations(serverQuery(this.query, this.me(), cursor, this.boxes?.length));
      if (turn !== this.turn) return;
      const boxes = page.cards.map((card) => this.cards.put(card));
      const known = new Set(boxes);
      const before = cursor === null ? [] : (this.boxes ?? []).filter((box) => !known.has(box));
      this.boxes = [...before, ...boxes];
      this.next = page.next;
      this.error = null;
    } catch (error) {
      if (turn === this.turn) this.error = error;
    } finally {
      if (turn === this.turn) this.busy = false;
    }
  }

  /** A conversation that is new, or stands elsewhere now, may belong to this view or no longer belong to it. */
  private noticed(now: Card, before: Card | null): void {
    if (!this.query || this.boxes === null) return;
    const moved =
      before === null || before.status !== now.status || holderOf(before)?.id !== holderOf(now)?.id;
    if (!moved || this.boxes.some((box) => box.card.id === now.id && before === null)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(null), REST);
  }
}
