import type { Command } from "../../wire/Command";
import { Refusal, sentence } from "../net/problem";
import type { OpenConversation } from "../store/conversation.svelte";
import type { Desk } from "../store/desk.svelte";
import { words } from "../words/notices";
import type { Undo } from "./composer-state";

/** Does what an agent asked for in a conversation; what is refused is told in a notice. */
export class Actions {
  constructor(
    private readonly desk: Desk,
    private readonly conversation: OpenConversation,
  ) {}

  /** Whether it was done. */
  async run(command: Command): Promise<boolean> {
    try {
      await this.conversation.do(command);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.desk.notices.show({ tone: "problem", title: words.notDone, text: sentence(error) });
      return false;
    }
  }

  /** Takes the floor, by the button or by the first key. */
  takeOver(typing: boolean): Promise<boolean> {
    return this.desk.herald.expecting(this.conversation.id, () => this.run({ type: "take_over", typing }));
  }

  force(reason: string): Promise<boolean> {
    return this.desk.herald.expecting(this.conversation.id, () =>
      this.run({ type: "force_take_over", reason }),
    );
  }

  reopen(): Promise<boolean> {
    return this.desk.herald.expecting(this.conversation.id, () => this.run({ type: "reopen" }));
  }

  /** Gives the floor back to where it was before a takeover by typing. */
  undo(to: Undo): Promise<boolean> {
    if (to === "return") return this.run({ type: "return", instruction: null });
    if (to === "release") return this.run({ type: "release" });
    return this.run({ type: "transfer", to: { type: "queue" }, note: "" });
  }
}
