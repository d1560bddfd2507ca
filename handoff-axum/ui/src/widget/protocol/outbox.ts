import type { ConversationId } from "../../wire/ConversationId.ts";
import type { VisitorRequest } from "../../wire/VisitorRequest.ts";
import type { Storage } from "./storage.ts";
import type { Thread } from "./thread.ts";
import { uuid } from "./uuid.ts";

/** A request that changes something: it carries an id and is sent again until it was answered. */
export type Change = Extract<VisitorRequest, { id: string }>;
/** Such a request without its id. */
export type Wish = Change extends infer C ? (C extends Change ? Omit<C, "id"> : never) : never;

/** A request that waits for its answer. */
export interface Waiting {
  change: Change;
  /** Milliseconds since 1970: the order in which they are sent. */
  at: number;
  /** What was shown when it was made: an older message cannot be this one. */
  conversation: ConversationId | null;
  after: number;
  /** Why it was refused for good. */
  failed: string | null;
  /** Stored under this seq, which was not shown yet. */
  seq: number | null;
}

/** So many requests may wait; more are not taken. */
export const MAX_WAITING = 200;
const PREFIX = "out:";

/**
 * What the visitor said or did and the server has not answered yet, oldest first. Each entry has a key of its own in the
 * storage, so that several tabs do not overwrite one another, and a reload sends it again under the same id.
 */
export class Outbox {
  waiting: Waiting[];

  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.waiting = storage
      .keys(PREFIX)
      .flatMap((key) => storage.read<Waiting>(key) ?? [])
      .sort((a, b) => a.at - b.at);
  }

  /** Takes a request in; false where too many wait. */
  add(wish: Wish, thread: Thread): boolean {
    if (this.waiting.length >= MAX_WAITING) return false;
    const last = this.waiting.at(-1);
    const entry: Waiting = {
      change: { ...wish, id: uuid() } as Change,
      at: Math.max(Date.now(), (last?.at ?? 0) + 1),
      conversation: thread.conversation,
      after: thread.seen,
      failed: null,
      seq: null,
    };
    this.waiting.push(entry);
    this.#save(entry);
    return true;
  }

  /** The request to send next. Only a message opens a conversation: before there is one the others wait. */
  next(open: boolean): Waiting | undefined {
    return this.waiting.find(
      (e) => e.failed === null && e.seq === null && (open || e.change.type === "send"),
    );
  }

  /** It is on the server's disk; it stays here until the thread shows it. */
  done(id: string, seq: number): void {
    this.#storage.remove(PREFIX + id);
    this.waiting = this.waiting.map((entry) =>
      entry.change.id === id ? { ...entry, seq } : { ...entry, after: Math.max(entry.after, seq) },
    );
  }

  /** It will never be done. A message stays, so that the visitor can try again; the others are forgotten. */
  fail(id: string, why: string): Change["type"] | undefined {
    const entry = this.waiting.find((entry) => entry.change.id === id);
    if (entry?.change.type === "send") {
      const failed = { ...entry, failed: why };
      this.waiting = this.waiting.map((other) => (other === entry ? failed : other));
      this.#save(failed);
    } else {
      this.forget(id);
    }
    return entry?.change.type;
  }

  forget(id: string): void {
    this.#storage.remove(PREFIX + id);
    this.waiting = this.waiting.filter((entry) => entry.change.id !== id);
  }

  /** Another visitor from now on: what belongs to the old one's conversation is forgotten, messages are kept. */
  changeVisitor(): void {
    for (const { change, seq } of this.waiting) {
      if (seq !== null || change.type.startsWith("rate")) this.forget(change.id);
    }
    this.waiting = this.waiting.map((entry) => ({ ...entry, conversation: null, after: 0 }));
  }

  /** Forgets what the thread shows by now. */
  settle({ version }: Thread): void {
    this.waiting = this.waiting.filter(({ seq }) => seq === null || seq > version);
  }

  #save(entry: Waiting): void {
    this.#storage.write(PREFIX + entry.change.id, entry);
  }
}

/**
 * The waiting messages that the thread does not show. The event of a message may come before its `done`: until then an
 * equal text that came after the message was written counts as that message, so that it never shows twice.
 */
export function unshown(waiting: Waiting[], thread: Thread): Waiting[] {
  const taken = new Set<number>();
  return waiting.filter((entry) => {
    const { change } = entry;
    if (change.type !== "send") return false;
    if (entry.seq !== null) return entry.seq > thread.version;
    if (entry.failed !== null) return true;
    const after = entry.conversation === thread.conversation ? entry.after : 0;
    const shown = thread.lines.find(
      (line) =>
        line.kind === "message" &&
        line.from === "visitor" &&
        line.seq > after &&
        line.text === change.text &&
        !taken.has(line.seq),
    );
    if (shown) taken.add(shown.seq);
    return !shown;
  });
}
