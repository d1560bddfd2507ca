import type { Section } from "../store/board.svelte";

/** The conversation after this one on the board; none where it is the last. */
export function nextConversation(sections: readonly Section[], id: string): string | null {
  const all = sections.flatMap((section) => section.ids);
  const at = all.indexOf(id);
  return all[at + 1] ?? (at > 0 ? all[0] : null) ?? null;
}
