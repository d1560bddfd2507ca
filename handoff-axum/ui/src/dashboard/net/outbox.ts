import type { Command } from "../../wire/Command";
import type { Problem } from "../../wire/Problem";
import type { TeamRequest } from "../../wire/TeamRequest";
import { Refusal } from "./problem";

/** How often a request is sent again that the server could not do just now. */
const MOST_TRIES = 4;

interface Waiting {
  request: TeamRequest & { type: "do" };
  tries: number;
  resolve: (version: number) => void;
  reject: (refusal: Refusal) => void;
}

/** Commands that were not answered yet. Their ids stay the same however often they are sent: each is done once. */
export class Outbox {
  private readonly waiting = new Map<string, Waiting>();

  /** Adds a command; the promise ends with the conversation's version, or with a {@link Refusal}. */
  add(id: string, conversation: string, command: Command): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = { type: "do" as const, id, conversation, command };
      this.waiting.set(id, { request, tries: 0, resolve, reject });
    });
  }

  /** All that waits for an answer, in the order in which it was asked. */
  unanswered(): TeamRequest[] {
    return [...this.waiting.values()].map((one) => one.request);
  }

  request(id: string): TeamRequest | undefined {
    return this.waiting.get(id)?.request;
  }

  get size(): number {
    return this.waiting.size;
  }

  done(id: string, version: number): void {
    this.waiting.get(id)?.resolve(version);
    this.waiting.delete(id);
  }

  /** Whether the command should be sent again later; else it ended. */
  refused(id: string, problem: Problem): boolean {
    const one = this.waiting.get(id);
    if (!one) return false;
    one.tries += 1;
    if (problem.retry && one.tries < MOST_TRIES) return true;
    this.waiting.delete(id);
    one.reject(new Refusal(problem));
    return false;
  }

  /** Ends all that waits: nobody is left to ask for it. */
  abandon(problem: Problem): void {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const one of all) one.reject(new Refusal(problem));
  }
}
