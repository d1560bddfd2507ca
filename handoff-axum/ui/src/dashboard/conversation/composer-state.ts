import type { AgentRef } from "../../wire/AgentRef";
import type { Card } from "../../wire/Card";
import type { Me } from "../../wire/Me";
import { holderOf, isOpen } from "../store/cards.svelte";
import { atLeast } from "../words/terms";

/** Whether this agent can write to the visitor, and why not. */
export type ComposerState =
  | { can: "reply" }
  | { can: "claim" }
  | { can: "no"; why: "viewer" | "assistant_only" | "resolved" | "closed" }
  | { can: "no"; why: "held"; holder: AgentRef };

export function composerState(card: Card, me: Me): ComposerState {
  if (!atLeast(me.role, "agent")) return { can: "no", why: "viewer" };
  if (card.status === "closed") return { can: "no", why: "closed" };
  if (card.status === "resolved") return { can: "no", why: "resolved" };
  const holder = holderOf(card);
  if (holder?.id === me.agent.id) return { can: "reply" };
  if (holder) return { can: "no", why: "held", holder };
  return card.mode === "assistant_only" ? { can: "no", why: "assistant_only" } : { can: "claim" };
}

/** Where the floor goes back to when a takeover by typing is undone before anything was sent. */
export type Undo = "return" | "release" | "queue";

export function undoOf(card: Card): Undo {
  const { state } = card.control;
  if (state === "waiting") return "queue";
  if (state === "paused" || card.mode === "human_only") return "release";
  return "return";
}

/** What can be done with a conversation by this agent, for its buttons and keys. */
export interface Possible {
  takeOver: boolean;
  request: boolean;
  /** Return, release, transfer. */
  letGo: boolean;
  resolve: boolean;
  snooze: boolean;
  reopen: boolean;
  force: boolean;
  /** Tell the assistant something without taking over. */
  whisper: boolean;
  /** Category and autonomy. */
  label: boolean;
}

export function possible(card: Card, me: Me): Possible {
  const state = composerState(card, me);
  const agent = atLeast(me.role, "agent");
  const held = state.can === "no" && state.why === "held";
  return {
    takeOver: state.can === "claim",
    request: held && card.control_request === null,
    letGo: state.can === "reply",
    resolve: agent && isOpen(card) && !held,
    snooze: agent && isOpen(card) && !held,
    reopen: agent && card.status === "resolved" && card.mode !== "assistant_only",
    force: held && atLeast(me.role, "supervisor"),
    whisper: agent && isOpen(card) && !held && card.mode !== "human_only",
    label: agent,
  };
}

/** Whether the assistant can be given the floor back by this agent. */
export function mayReturn(card: Card, me: Me): boolean {
  if (!atLeast(me.role, "agent") || !isOpen(card) || card.mode === "human_only") return false;
  const { state } = card.control;
  if (state === "agent") return holderOf(card)?.id === me.agent.id;
  return state === "waiting" || state === "paused";
}
