/** The browser's local storage under a prefix; where it is forbidden or full, this page's memory stands in. */
export class Storage {
  private readonly memory = new Map<string, string>();

  constructor(readonly prefix: string) {}

  read<T>(key: string): T {
    const full = this.prefix + key;
    let text = this.memory.get(full) ?? null;
    try {
      text ??= localStorage.getItem(full);
      return JSON.parse(text ?? "null") as T;
    } catch {
      return null as T;
    }
  }

  write(key: string, value: unknown): void {
    const full = this.prefix + key;
    const text = JSON.stringify(value);
    try {
      localStorage.setItem(full, text);
      this.memory.delete(full);
    } catch {
      this.memory.set(full, text);
    }
  }

  remove(key: string): void {
    this.memory.delete(this.prefix + key);
    try {
      localStorage.removeItem(this.prefix + key);
    } catch {
      // Nothing was stored where storing is forbidden.
    }
  }

  /** The keys that begin so, without the prefix of this storage. */
  keys(start: string): string[] {
    const all = [...this.memory.keys()];
    try {
      all.push(...Object.keys(localStorage));
    } catch {
      // As above.
    }
    const full = this.prefix + start;
    return all.filter((key) => key.startsWith(full)).map((key) => key.slice(this.prefix.length));
  }
}
