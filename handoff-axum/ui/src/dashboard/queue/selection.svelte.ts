/** Rows that are chosen together. */
export class Selection {
  ids = $state.raw<ReadonlySet<string>>(new Set());
  private last: string | null = null;

  has(id: string): boolean {
    return this.ids.has(id);
  }

  toggle(id: string): void {
    const next = new Set(this.ids);
    if (!next.delete(id)) next.add(id);
    this.last = id;
    this.ids = next;
  }

  /** Everything from the row that was chosen last to this one. */
  extend(id: string, order: readonly string[]): void {
    const from = this.last === null ? -1 : order.indexOf(this.last);
    const to = order.indexOf(id);
    if (from < 0 || to < 0) return this.toggle(id);
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.ids = new Set([...this.ids, ...range]);
  }

  set(ids: Iterable<string>): void {
    this.ids = new Set(ids);
    this.last = null;
  }

  clear(): void {
    this.set([]);
  }
}
