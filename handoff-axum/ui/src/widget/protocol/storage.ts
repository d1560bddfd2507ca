/** The browser's storage under a prefix, for good or for this tab; where it is forbidden or full, this page's memory stands in. */
export class Storage {
  readonly prefix: string;
  #store: Record<string, string> = {};

  constructor(prefix: string, kind: "localStorage" | "sessionStorage" = "localStorage") {
    this.prefix = prefix;
    try {
      this.#store = window[kind];
    } catch {
      // Forbidden.
    }
  }

  read<T>(key: string): T | null {
    try {
      return JSON.parse(this.#store[this.prefix + key] ?? "null") as T;
    } catch {
      return null;
    }
  }

  write(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    try {
      this.#store[this.prefix + key] = text;
    } catch {
      this.#store = { ...this.#store, [this.prefix + key]: text };
    }
  }

  remove(key: string): void {
    delete this.#store[this.prefix + key];
  }

  /** The keys that begin so, without the prefix of this storage. */
  keys(start: string): string[] {
    const full = this.prefix + start;
    return Object.keys(this.#store)
      .filter((key) => key.startsWith(full))
      .map((key) => key.slice(this.prefix.length));
  }
}
