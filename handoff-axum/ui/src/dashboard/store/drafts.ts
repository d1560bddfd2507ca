import { readStorage, writeStorage } from "./preferences.svelte";

export type DraftTab = "reply" | "note";

const PREFIX = "handoff.draft.";
const session = () => sessionStorage;

/** What was written and not sent, by conversation: it outlives a lost connection, a session and a reload of this tab. */
class Drafts {
  read(conversation: string, tab: DraftTab): string {
    return readStorage(`${PREFIX}${tab}.${conversation}`, session) ?? "";
  }

  write(conversation: string, tab: DraftTab, text: string): void {
    writeStorage(`${PREFIX}${tab}.${conversation}`, text === "" ? null : text, session);
  }
}

export const drafts = new Drafts();
