import type { Autonomy } from "../../wire/Autonomy";
import type { Card } from "../../wire/Card";
import type { Escalation } from "../../wire/Escalation";
import type { FlagKind } from "../../wire/FlagKind";
import type { Mode } from "../../wire/Mode";
import type { Role } from "../../wire/Role";
import type { Status } from "../../wire/Status";
import type { TicketEnd } from "../../wire/TicketEnd";
import type { IconName } from "../parts/icons";
import type { StatusFilter } from "../store/filter";

/** The words for the values of the protocol: one table for each kind. */

export const statusWords: Record<Status, string> = {
  assistant: "AI active",
  waiting: "Waiting",
  agent: "Human active",
  paused: "Paused",
  dropped: "Dropped",
  resolved: "Resolved",
  closed: "Closed",
};

export const statusIcons: Record<Status, IconName> = {
  assistant: "bot",
  waiting: "hourglass",
  agent: "user-round-check",
  paused: "pause",
  dropped: "log-out",
  resolved: "circle-check",
  closed: "archive",
};

/** The one word of the table of conversations. */
export const stateWords: Record<Status, string> = {
  assistant: "AI",
  waiting: "Waiting",
  agent: "Taken",
  paused: "Paused",
  dropped: "Dropped",
  resolved: "Resolved",
  closed: "Closed",
};

export const filterWords: Record<StatusFilter, string> = {
  assistant: "AI active",
  unanswered: "Awaiting response",
  waiting: "Waiting for a person",
  agent: "Human takeover",
  paused: "Paused",
  idle: "Idle",
  dropped: "Dropped",
};

export const modeWords: Record<Mode, string> = {
  assistant_only: "AI only",
  supported: "Human-supported AI",
  human_only: "Human only",
};

export const modeHints: Record<Mode, string> = {
  assistant_only:
    "The assistant answers everything. Nobody can take over, and visitors are offered no person.",
  supported: "The assistant answers; people watch, take over and are asked for.",
  human_only: "No automated word at all: visitors wait until a person answers.",
};

export const autonomyWords: Record<Autonomy, string> = {
  auto: "Answers by itself",
  draft: "Writes drafts for approval",
  off: "Suggests to the team only",
};

export const roleWords: Record<Role, string> = {
  viewer: "Viewer",
  agent: "Agent",
  supervisor: "Supervisor",
  admin: "Admin",
  owner: "Owner",
};

export const roleHints: Record<Role, string> = {
  viewer: "Reads along",
  agent: "Takes over, answers, leaves notes",
  supervisor: "Also takes the floor from others and sets modes",
  admin: "Also changes services and the team",
  owner: "Everything",
};

/** Roles from the lowest to the highest: each may do what the ones before it may. */
export const ROLES: readonly Role[] = ["viewer", "agent", "supervisor", "admin", "owner"];

export function atLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export interface FlagWords {
  label: string;
  icon: IconName;
}

export function flagWords(kind: FlagKind): FlagWords {
  if (typeof kind === "object") return { label: kind.rule, icon: "flag" };
  return FLAGS[kind] ?? { label: kind, icon: "flag" };
}

const FLAGS: Record<Exclude<FlagKind, { rule: string }>, FlagWords> = {
  help_requested: { label: "Help requested", icon: "hand-helping" },
  non_answer: { label: "Non-answer", icon: "circle-help" },
  negative_feedback: { label: "Negative feedback", icon: "frown" },
  thumbs_down: { label: "Thumbs down", icon: "thumbs-down" },
  unattended: { label: "Unattended", icon: "alarm-clock" },
  assistant_failed: { label: "Assistant failed", icon: "triangle-alert" },
};

export function flagKey(kind: FlagKind): string {
  return typeof kind === "object" ? `rule:${kind.rule}` : kind;
}

/** Why a conversation waits, as the end of a sentence that begins with "Waiting". */
export function escalationWords(why: Escalation): string {
  switch (why.why) {
    case "visitor_asked":
      return "The visitor asked for a person";
    case "flagged":
      return `Flagged: ${flagWords(why.flag).label.toLowerCase()}`;
    case "assistant_asked":
      return `The assistant asked for a person: ${why.reason}`;
    case "assistant_failed":
      return "The assistant failed to answer";
    case "holder_gone":
      return `${why.agent.name} left the visitor without an answer`;
    case "draft_unanswered":
      return "Nobody approved the draft in time";
    case "people_only":
      return "Only people answer here";
  }
}

export const ticketEndWords: Record<TicketEnd, string> = {
  control_changed: "a person took the floor",
  superseded: "the visitor wrote again",
  timed_out: "it took too long",
  failed: "the assistant failed",
  truncated: "the assistant's answer broke off",
  ended: "the conversation ended",
};

/** What a visitor is called. */
export function visitorName(card: Pick<Card, "profile">): string {
  return card.profile.name?.trim() || card.profile.email?.trim() || "Anonymous";
}
