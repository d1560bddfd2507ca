import type { BoardCounts } from "../../wire/BoardCounts";
import type { Card } from "../../wire/Card";
import { type Cards, isOpen, isPaused, needsAttention } from "./cards.svelte";
import { type Filter, matches, NO_FILTER } from "./filter";
import { byAttention, sameIds, settle } from "./order";

/** The cards of one service, in their order. */
export interface Section {
  service: string;
  ids: string[];
  /** Open conversations of this service, filtered or not. */
  total: number;
  /** New cards that are held back above the one under the pointer. */
  held: number;
}

/** The live board: which cards show, in which order, and the counters. Recomputed at most once a frame, and only when due. */
export class Board {
  sections = $state.raw<Section[]>([]);
  counts = $state.raw<BoardCounts>({ active: 0, attention: 0, paused: 0 });
  /** The first board has arrived. */
  loaded = $state(false);
  /** There are more open conversations than the server sends. */
  truncated = $state(false);

  private filter: Filter = NO_FILTER;
  private services: string[] = [];
  private anchor: string | null = null;
  private dirty = true;

  constructor(
    private readonly cards: Cards,
    private readonly now: () => number,
  ) {
    cards.onChange((card, before) => {
      if (!before || movesBoard(before, card, this.filter)) this.dirty = true;
    });
  }

  setFilter(filter: Filter): void {
    this.filter = filter;
    this.refresh(true);
  }

  setServices(ids: string[]): void {
    this.services = ids;
    this.refresh(true);
  }

  /** The card under the pointer or with the focus must not move. */
  hold(id: string | null): void {
    if (this.anchor === id) return;
    this.anchor = id;
    if (id === null) this.refresh(true);
  }

  /** Shows what is held back, at once. */
  letGo(): void {
    this.anchor = null;
    this.refresh(true);
  }

  /** Brings sections and counters up to date; does nothing where nothing of theirs changed. */
  refresh(force = false): void {
    if (!force && !this.dirty) return;
    this.dirty = false;
    const now = this.now();
    const counts = { active: 0, attention: 0, paused: 0 };
    const shown = new Map<string, Card[]>(this.services.map((id) => [id, []]));
    const totals = new Map<string, number>();
    for (const { card } of this.cards.values()) {
      if (!isOpen(card)) continue;
      count(counts, card);
      totals.set(card.service, (totals.get(card.service) ?? 0) + 1);
      if (matches(card, this.filter, now)) shown.get(card.service)?.push(card);
    }
    this.setCounts(counts);
    this.setSections(shown, totals);
  }

  /** After a whole board: the server's own counters hold where it sends only part of the conversations. */
  arrived(truncated: boolean): void {
    this.truncated = truncated;
    this.loaded = true;
    this.refresh(true);
  }

  serverCounts(counts: BoardCounts): void {
    if (this.truncated) this.counts = counts;
  }

  private setCounts(counts: BoardCounts): void {
    const { active, attention, paused } = this.counts;
    const same = active === counts.active && attention === counts.attention && paused === counts.paused;
    if (!same && !this.truncated) this.counts = counts;
  }

  private setSections(shown: Map<string, Card[]>, totals: Map<string, number>): void {
    const before = new Map(this.sections.map((section) => [section.service, section]));
    let changed = before.size !== shown.size;
    const sections = [...shown].map(([service, cards]) => {
      const old = before.get(service);
      const wanted = cards.sort(byAttention).map((card) => card.id);
      const { ids, held } = settle(old?.ids ?? [], wanted, this.anchor);
      const total = totals.get(service) ?? 0;
      if (old && old.total === total && old.held === held && sameIds(old.ids, ids)) return old;
      changed = true;
      return { service, ids, total, held };
    });
    if (changed) this.sections = sections;
  }
}

function count(counts: BoardCounts, card: Card): void {
  counts.active += 1;
  if (needsAttention(card)) counts.attention += 1;
  if (isPaused(card)) counts.paused += 1;
}

/** Whether a change can move a card, let it come or go, or change a counter. */
function movesBoard(before: Card, now: Card, filter: Filter): boolean {
  return (
    before.status !== now.status ||
    flagsDiffer(before, now) ||
    before.service !== now.service ||
    before.control.state !== now.control.state ||
    before.opened_at !== now.opened_at ||
    (filter !== NO_FILTER && contentMatters(filter))
  );
}

/** Each card comes with new objects: the moments tell whether the flags are others. */
function flagsDiffer(before: Card, now: Card): boolean {
  return (
    before.flags.length !== now.flags.length ||
    before.flags.some((flag, index) => flag.at !== now.flags[index]?.at)
  );
}

/** A filter that looks at what changes with any message. */
function contentMatters(filter: Filter): boolean {
  return (
    filter.text !== "" ||
    filter.page !== "" ||
    filter.score !== null ||
    filter.category !== "" ||
    filter.status.length > 0
  );
}
