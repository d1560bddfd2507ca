import { expect, test } from "vitest";
import type { Event } from "../../wire/Event";
import { ann, sampleEvent as event } from "./samples";
import { EMPTY_THREAD, foldEvents } from "./thread";

const agent = { type: "agent" as const, ...ann };
const assistant = { type: "assistant" as const };
const reply = (turn: number, text: string) =>
  ({ type: "reply_committed", turn, reply: { text, non_answer: false } }) as const;

const log: Event[] = [
  event(1, 0, { type: "message_received", text: "<b>hi</b>" }),
  event(2, 0, reply(1, "Hello"), assistant),
  event(3, 0, { type: "message_rated", message: 2, up: false }),
  event(4, 1, { type: "escalated", why: { why: "visitor_asked" }, said: "One moment." }, { type: "system" }),
  event(5, 2, { type: "taken_over", agent: ann, how: { how: "typing" } }, agent),
  event(6, 2, { type: "reply_interrupted", turn: 2, partial: "I am", why: "control_changed" }, assistant),
  event(7, 2, { type: "agent_messaged", text: "This is Ann" }, agent),
  event(8, 2, { type: "note_added", text: "be kind", for_assistant: false }, agent),
];

test("events become entries in their order, and text stays text", () => {
  const thread = foldEvents(EMPTY_THREAD, log);
  expect(thread.version).toBe(8);
  expect(thread.epoch).toBe(2);
  expect(thread.entries.map((entry) => entry.kind)).toEqual([
    "message",
    "message",
    "event",
    "event",
    "message",
    "event",
    "interrupted",
    "message",
    "note",
  ]);
  expect(thread.entries[0]).toMatchObject({ speaker: "visitor", text: "<b>hi</b>" });
  expect(thread.entries[4]).toMatchObject({ speaker: "system", text: "One moment." });
  expect(thread.ratings.get(2)).toBe(false);
  expect(thread.lastReply).toBe("Hello");
});

test("a repeat after a reconnect shows nothing twice", () => {
  const once = foldEvents(EMPTY_THREAD, log);
  const again = foldEvents(foldEvents(EMPTY_THREAD, log.slice(0, 5)), log.slice(2));
  expect(again.entries).toEqual(once.entries);
  expect(foldEvents(once, log)).toBe(once);
});

test("keys of entries are unique", () => {
  const keys = foldEvents(EMPTY_THREAD, log).entries.map((entry) => entry.key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("a rating that is taken back is gone", () => {
  const back = event(9, 2, { type: "message_rated", message: 2, up: null });
  expect(foldEvents(EMPTY_THREAD, [...log, back]).ratings.size).toBe(0);
});

test.each([
  ["approved", reply(3, "Draft")],
  ["rejected", { type: "draft_rejected", turn: 3 } as const],
  ["overtaken by a takeover", { type: "taken_over", agent: ann, how: { how: "button" } } as const],
  ["overtaken by the visitor", { type: "message_received", text: "hello?" } as const],
])("a draft is open until it is %s", (_, ending) => {
  const proposed = event(
    9,
    2,
    { type: "draft_proposed", turn: 3, reply: { text: "Draft", non_answer: false }, purpose: "draft" },
    assistant,
  );
  const open = foldEvents(EMPTY_THREAD, [...log, proposed]);
  expect(open.openDraft).toBe(3);
  expect(foldEvents(open, [event(10, 2, ending)]).openDraft).toBeNull();
});

test("a suggestion is nothing to approve", () => {
  const suggested = event(9, 2, {
    type: "draft_proposed",
    turn: 3,
    reply: { text: "Try this", non_answer: false },
    purpose: "suggestion",
  });
  const thread = foldEvents(EMPTY_THREAD, [suggested]);
  expect(thread.openDraft).toBeNull();
  expect(thread.entries[0]).toMatchObject({ kind: "draft", suggestion: true });
});

test("a kind that this page does not know is passed over", () => {
  const unknown = {
    ...event(9, 2, { type: "resolved" }),
    body: { type: "from_the_future" },
  } as unknown as Event;
  const thread = foldEvents(foldEvents(EMPTY_THREAD, log), [unknown]);
  expect(thread.version).toBe(9);
  expect(thread.entries).toHaveLength(9);
});
