import { describe, expect, it } from "vitest";
import type { VisitorEventBody } from "../../wire/VisitorEventBody.ts";
import { emptyThread, fold, type Thread } from "./thread.ts";

type Said = Partial<Extract<VisitorEventBody, { type: "message" }>>;

const message = (
  from: "visitor" | "assistant" | "agent",
  text: string,
  more: Said = {},
): VisitorEventBody => ({
  type: "message",
  from,
  name: null,
  text,
  sources: [],
  turn: null,
  ...more,
});

/** Folds events given as [seq, epoch, body]. */
function happen(thread: Thread, ...events: [number, number, VisitorEventBody][]): Thread {
  const list = events.map(([seq, epoch, body]) => ({ seq, at: seq, epoch, body }));
  return fold(thread, { type: "events", events: list, version: list.at(-1)?.seq ?? 0, caught_up: true });
}

const piece = (thread: Thread, turn: number, epoch: number, offset: number, text: string): Thread =>
  fold(thread, { type: "piece", turn, epoch, offset, text });

const texts = (thread: Thread): string[] =>
  thread.lines.map((line) => (line.kind === "message" ? line.text : `(${line.what})`));

const started = (): Thread =>
  happen(emptyThread("c"), [1, 1, message("visitor", "Hello")], [2, 1, { type: "reply_started", turn: 1 }]);

describe("streaming", () => {
  it("puts pieces together, and the message takes their place under the same key", () => {
    let thread = piece(piece(started(), 1, 1, 0, "It takes "), 1, 1, 9, "two days");
    expect(thread.writing?.text).toBe("It takes two days");
    thread = happen(thread, [3, 1, message("assistant", "It takes two days.", { turn: 1 })]);
    expect(thread.writing).toBeNull();
    expect(texts(thread)).toEqual(["Hello", "It takes two days."]);
    expect(thread.lines[1]?.key).toBe("c/turn 1");
  });

  it("starts over at offset 0, and waits where a piece is missing", () => {
    let thread = piece(started(), 1, 1, 0, "Wrong");
    thread = piece(thread, 1, 1, 20, "too far");
    expect(thread.writing?.text).toBe("Wrong");
    thread = piece(thread, 1, 1, 0, "Right");
    expect(thread.writing?.text).toBe("Right");
  });

  it("drops a piece of an epoch lower than any event shown", () => {
    const half = piece(started(), 1, 1, 0, "It ta");
    const taken = happen(half, [3, 2, { type: "person_joined", name: "Anna", agent: "a" }]);
    expect(taken.writing).toBeNull();
    expect(piece(taken, 1, 1, 5, "kes two")).toBe(taken);
    expect(piece(taken, 1, 1, 0, "It takes")).toBe(taken);
  });

  it("removes the half-written piece when the reply stops, and takes none of that turn after it", () => {
    const stopped = happen(piece(started(), 1, 1, 0, "It ta"), [3, 1, { type: "reply_stopped", turn: 1 }]);
    expect(stopped.writing).toBeNull();
    expect(piece(stopped, 1, 1, 0, "It takes")).toBe(stopped);
  });

  it("shows a second try that has the turn of the first", () => {
    const again = happen(
      started(),
      [3, 1, { type: "reply_stopped", turn: 1 }],
      [4, 1, { type: "reply_started", turn: 1 }],
    );
    expect(piece(again, 1, 1, 0, "Now").writing?.text).toBe("Now");
  });

  it("takes no piece of a turn that has its message", () => {
    const done = happen(started(), [3, 1, message("assistant", "Done", { turn: 1 })]);
    expect(piece(done, 1, 1, 0, "late")).toBe(done);
  });

  it("forgets what was written before the connection broke, not that something is being written", () => {
    const half = piece(started(), 1, 1, 0, "It ta");
    const welcome = fold(half, {
      type: "welcome",
      protocol: 1,
      conversation: "c",
      reset: false,
      look: { title: "", greeting: "", color: "#000000", contact: "", suggestions: [] },
      mode: "supported",
      heartbeat_ms: 1000,
      now: 0,
    });
    expect(welcome.writing).toEqual({ turn: 1, epoch: 1, text: "" });
    expect(welcome.lines).toEqual(half.lines);
    expect(welcome.caughtUp).toBe(false);
  });
});

describe("events", () => {
  it("shows an event once, however often it comes", () => {
    const twice = happen(happen(started(), [3, 1, message("visitor", "Two")]), [
      3,
      1,
      message("visitor", "Two"),
    ]);
    expect(texts(twice)).toEqual(["Hello", "Two"]);
    expect(twice.version).toBe(3);
  });

  it("keeps the version of what was not the visitor's to see", () => {
    const thread = fold(started(), { type: "events", events: [], version: 9, caught_up: true });
    expect(thread.version).toBe(9);
    expect(texts(happen(thread, [10, 1, message("visitor", "Ten")]))).toEqual(["Hello", "Ten"]);
  });

  it("skips a kind that it does not know", () => {
    const thread = happen(started(), [3, 1, { type: "of the future" } as unknown as VisitorEventBody]);
    expect(thread.seen).toBe(3);
  });

  it("follows the floor", () => {
    let thread = happen(started(), [3, 2, { type: "connecting", said: "One moment." }]);
    expect(thread.floor).toBe("connecting");
    expect(texts(thread).at(-1)).toBe("One moment.");
    thread = happen(thread, [4, 3, { type: "person_joined", name: "Anna", agent: "a" }]);
    expect([thread.floor, thread.person]).toEqual(["person", "Anna"]);
    thread = happen(thread, [5, 4, { type: "person_left" }]);
    expect([thread.floor, thread.person]).toEqual(["paused", null]);
    expect(thread.lines.at(-1)).toMatchObject({ what: "left", name: "Anna" });
    thread = happen(thread, [6, 5, { type: "assistant_back" }]);
    expect([thread.floor, thread.back]).toEqual(["assistant", 6]);
  });

  it("does not say that the assistant is back to somebody who reads the history", () => {
    const events = [{ seq: 1, at: 1, epoch: 2, body: { type: "assistant_back" } as const }];
    const paused = { ...emptyThread("c"), floor: "paused" as const };
    expect(fold(paused, { type: "events", events, version: 1, caught_up: true }).back).toBe(0);
  });

  it("offers the e-mail field when nobody came, whichever of the two events is first", () => {
    const nobody: VisitorEventBody = { type: "nobody_came", text: "Nobody is free." };
    const back: VisitorEventBody = { type: "assistant_back" };
    const waiting = happen(started(), [3, 2, { type: "connecting", said: null }]);
    for (const [first, second] of [[nobody, back] as const, [back, nobody] as const]) {
      const thread = happen(waiting, [4, 3, first], [5, 3, second]);
      expect([thread.nobodyCame, thread.floor]).toEqual([true, "assistant"]);
      expect(texts(thread).at(-1)).toBe("Nobody is free.");
      expect(texts(thread)).not.toContain("(back)");
    }
  });

  it("rates only the message that was meant", () => {
    const two = happen(
      started(),
      [3, 1, message("assistant", "A", { turn: 1 })],
      [4, 1, message("assistant", "B", { turn: 2 })],
    );
    const rated = happen(two, [5, 1, { type: "message_rated", message: 3, up: false }]);
    expect(rated.lines.map((line) => line.kind === "message" && line.up)).toEqual([null, false, null]);
  });

  it("ends, is resolved and goes on", () => {
    const resolved = happen(started(), [3, 2, { type: "resolved" }]);
    expect(resolved.ended).toBe("resolved");
    expect(happen(resolved, [4, 3, { type: "reopened" }]).ended).toBeNull();
    const joined = happen(resolved, [4, 3, { type: "person_joined", name: "Ann", agent: "a" }]);
    expect(joined).toMatchObject({ ended: null, floor: "person", person: "Ann" });
    const closed = happen(resolved, [4, 3, { type: "closed" }]);
    expect(closed.ended).toBe("closed");
    const next = fold(closed, { type: "opened", conversation: "d" });
    expect([next.conversation, next.version, next.lines]).toEqual(["d", 0, []]);
  });
});
