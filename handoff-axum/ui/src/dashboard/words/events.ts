import type { Claim } from "../../wire/Claim";
import type { Event } from "../../wire/Event";
import type { EventBody } from "../../wire/EventBody";
import type { IconName } from "../parts/icons";
import { clockTime, dateTime, pagePath } from "./format";
import { autonomyWords, escalationWords, flagWords, modeWords } from "./terms";

export interface EventWords {
  icon: IconName;
  text: string;
  /** What somebody wrote with it. */
  detail?: string;
  /** The visitor was told too. */
  shown?: boolean;
  /** The text says when. */
  timed?: boolean;
}

type Body<T extends EventBody["type"]> = Extract<EventBody, { type: T }>;
type Table = { [T in EventBody["type"]]?: (body: Body<T>, event: Event) => EventWords | null };

/** One line of the timeline for an event that is no message; none for what the timeline shows otherwise or not at all. */
export function eventWords(event: Event): EventWords | null {
  const describe = LINES[event.body.type] as
    | ((body: EventBody, event: Event) => EventWords | null)
    | undefined;
  return describe?.(event.body, event) ?? null;
}

const LINES: Table = {
  opened: () => ({ icon: "message-circle-plus", text: "Conversation started" }),
  taken_over: ({ agent, from, how }, { at }) => ({
    icon: "user-round-check",
    shown: true,
    timed: true,
    ...claimWords(agent.name, from?.name ?? null, how, clockTime(at)),
  }),
  control_requested: ({ agent }) => ({ icon: "hand", text: `${agent.name} asked for control` }),
  control_request_ended: ({ agent, how }) => ({
    icon: "hand",
    text: {
      denied: `${agent.name}'s request for control was denied`,
      denied_by_time: `${agent.name}'s request for control ended without an answer`,
      withdrawn: `${agent.name} took the request for control back`,
    }[how],
  }),
  transferred: ({ from, team, note }) => ({
    icon: "arrow-right-left",
    text: `${from.name} handed it to ${team ? `the team ${team}` : "the queue"}`,
    detail: note,
    shown: true,
  }),
  released: ({ from }) => ({
    icon: "pause",
    text: `${from.name} released it: paused, anybody may take over`,
    shown: true,
  }),
  returned: ({ instruction, why }, event) => ({
    icon: "bot",
    text: {
      by_agent: `Returned to the assistant by ${actorName(event)}`,
      nobody_came: "Back with the assistant: nobody came in time",
      mode_changed: "Back with the assistant: the service's mode changed",
    }[why],
    ...(instruction ? { detail: `Instruction: ${instruction}` } : {}),
    shown: true,
  }),
  escalated: ({ why }) => ({ icon: "hourglass", text: `${escalationWords(why)}: waiting for a person` }),
  whispered: ({ text }, event) => ({
    icon: "lightbulb",
    text: `${actorName(event)} told the assistant`,
    detail: text,
  }),
  holder_warned: ({ agent, lost_at }) => ({
    icon: "alarm-clock",
    text: `${agent.name} was warned: the floor is lost at ${clockTime(lost_at)}`,
  }),
  holder_presence: ({ agent, present }) => ({
    icon: present ? "wifi" : "wifi-off",
    text: present ? `${agent.name} is back` : `${agent.name} lost the connection`,
  }),
  flag_raised: (flag) => ({
    icon: flagWords(flag.kind).icon,
    text: `Flagged: ${flagWords(flag.kind).label}. ${flag.reason}`,
    ...(flag.quote ? { detail: `“${flag.quote}”` } : {}),
  }),
  flag_dismissed: ({ flag }, event) => ({
    icon: "flag-off",
    text: `${flagWords(flag).label} dismissed by ${actorName(event)}`,
  }),
  message_rated: ({ up }) => ({
    icon: up === false ? "thumbs-down" : "thumbs-up",
    text: up === null ? "The visitor took a rating back" : `The visitor gave a thumbs ${up ? "up" : "down"}`,
  }),
  conversation_rated: ({ stars, comment }) => ({
    icon: "star",
    text: `The visitor rated the conversation ${stars} of 5`,
    detail: comment,
  }),
  draft_rejected: (_, event) => ({ icon: "x", text: `Draft rejected by ${actorName(event)}` }),
  resolved: (_, event) => ({ icon: "circle-check", text: `Resolved by ${actorName(event)}`, shown: true }),
  reopened: ({ holder }, event) => ({
    icon: "rotate-ccw",
    text: holder ? `Reopened, with ${holder.name}` : `Reopened by ${actorName(event)}`,
    shown: true,
  }),
  visitor_left: () => ({ icon: "wifi-off", text: "The visitor left the page" }),
  visitor_back: () => ({ icon: "wifi", text: "The visitor is back" }),
  dropped: () => ({ icon: "log-out", text: "Dropped: the visitor stayed away" }),
  closed: ({ why }) => ({
    icon: "archive",
    text: {
      dropped: "Closed: the visitor stayed away",
      expired: "Closed: too long without a word",
      erased: "Closed: the visitor's data was erased",
    }[why],
    shown: true,
  }),
  snoozed: ({ until }, event) => ({
    icon: "alarm-clock",
    text: `Snoozed until ${dateTime(until)} by ${actorName(event)}`,
  }),
  snooze_ended: () => ({ icon: "alarm-clock", text: "No longer snoozed" }),
  mode_changed: ({ mode }) => ({ icon: "settings", text: `Mode: ${modeWords[mode]}` }),
  autonomy_changed: ({ autonomy }) => ({
    icon: "settings",
    text: `Assistant here: ${autonomy ? autonomyWords[autonomy] : "as the service says"}`,
  }),
  category_set: ({ category }, event) => ({
    icon: "tag",
    text: category
      ? `Category ${category}, set by ${actorName(event)}`
      : `Category removed by ${actorName(event)}`,
  }),
  tags_set: ({ tags }) => ({
    icon: "tag",
    text: tags.length > 0 ? `Tags: ${tags.join(", ")}` : "Tags removed",
  }),
  profile_changed: ({ profile }) => ({
    icon: "id-card",
    text: `Visitor: ${[profile.name, profile.email].filter(Boolean).join(", ") || "details changed"}`,
  }),
  page_changed: ({ page }) => ({ icon: "globe", text: `On ${page.title || pagePath(page.url)}` }),
  fact_learned: ({ name, value }) => ({ icon: "lightbulb", text: `Learned ${name}: ${value}` }),
  score_set: ({ score }) => ({ icon: "gauge", text: `Lead score ${score}` }),
};

function claimWords(
  name: string,
  from: string | null,
  how: Claim,
  time: string,
): { text: string; detail?: string } {
  switch (how.how) {
    case "forced":
      return {
        text: `${name} took control from ${from ?? "the holder"} at ${time}`,
        detail: `Reason: ${how.reason}`,
      };
    case "granted":
      return { text: `${from ?? "The holder"} gave control to ${name} at ${time}` };
    case "granted_by_time":
      return { text: `${name} got control at ${time}: ${from ?? "the holder"} did not answer` };
    case "transferred":
      return { text: `${from ?? "The holder"} handed it to ${name} at ${time}`, detail: how.note };
    case "typing":
      return { text: `Human takeover by ${name} at ${time}, by typing` };
    case "button":
      return { text: `Human takeover by ${name} at ${time}` };
  }
}

function actorName(event: Event): string {
  return event.by.type === "agent"
    ? event.by.name
    : { visitor: "the visitor", assistant: "the assistant", system: "Handoff" }[event.by.type];
}
