import { beforeEach, describe, expect, it } from "vitest";
import { MAX_WAITING, Outbox, unshown } from "./outbox.ts";
import { Storage } from "./storage.ts";
import { emptyThread, type Message, type Thread } from "./thread.ts";

const said = (seq: number, text: string): Message => ({
  kind: "message",
  key: `${seq}`,
  seq,
  at: 0,
  from: "visitor",
  name: null,
  text,
  sources: [],
  turn: null,
  up: null,
});
const thread = (...lines: Message[]): Thread => {
  const seen = lines.at(-1)?.seq ?? 0;
  return { ...emptyThread("c"), lines, seen, version: seen };
};
const open = () => new Outbox(new Storage("t:"));
const send = (outbox: Outbox, text: string, at = thread()) => {
  outbox.add({ type: "send", text }, at);
  return outbox.waiting.at(-1)?.change.id ?? "";
};
const shown = (outbox: Outbox, at: Thread) =>
  unshown(outbox.waiting, at).map(({ change }) => change.type === "send" && change.text);

beforeEach(() => localStorage.clear());

describe("the outbox", () => {
  it("survives a reload with ids and order", () => {
    const before = open();
    const ids = [send(before, "one"), send(before, "two")];
    expect(open().waiting.map(({ change }) => change.id)).toEqual(ids);
  });

  it("forgets across reloads what was answered", () => {
    const before = open();
    before.done(send(before, "one"), 1);
    expect(open().waiting).toEqual([]);
  });

  it("keeps what two tabs wrote", () => {
    const [one, other] = [open(), open()];
    send(one, "one");
    send(other, "other");
    expect(open().waiting).toHaveLength(2);
  });

  it("holds other requests back until a message has opened a conversation", () => {
    const outbox = open();
    outbox.add({ type: "request_person" }, thread());
    expect(outbox.next(false)).toBeUndefined();
    const id = send(outbox, "one");
    expect(outbox.next(false)?.change.id).toBe(id);
    expect(outbox.next(true)?.change.type).toBe("request_person");
  });

  it("takes no more than so many", () => {
    const outbox = open();
    for (let i = 0; i < MAX_WAITING; i++) send(outbox, `${i}`);
    expect(outbox.add({ type: "send", text: "too many" }, thread())).toBe(false);
  });

  it("keeps a refused message to try again, and forgets any other refused request", () => {
    const outbox = open();
    const id = send(outbox, "one");
    outbox.fail(id, "Too long");
    expect(outbox.waiting[0]?.failed).toBe("Too long");
    expect(outbox.next(true)).toBeUndefined();
    outbox.add({ type: "request_person" }, thread());
    const person = outbox.waiting.at(-1)?.change.id ?? "";
    outbox.fail(person, "No");
    expect(outbox.waiting.map(({ change }) => change.id)).toEqual([id]);
  });

  it("takes messages to a new visitor, ratings not", () => {
    const outbox = open();
    send(outbox, "one");
    outbox.add({ type: "rate_message", message: 3, up: true }, thread());
    outbox.changeVisitor();
    expect(outbox.waiting.map(({ change }) => change.type)).toEqual(["send"]);
  });
});

describe("a message never shows twice", () => {
  it("while its event is there before its answer", () => {
    const outbox = open();
    const id = send(outbox, "hi");
    const now = thread(said(1, "hi"));
    expect(shown(outbox, thread())).toEqual(["hi"]);
    expect(shown(outbox, now)).toEqual([]);
    outbox.done(id, 1);
    outbox.settle(now);
    expect(outbox.waiting).toEqual([]);
  });

  it("while its answer is there before its event", () => {
    const outbox = open();
    outbox.done(send(outbox, "hi"), 1);
    outbox.settle(thread());
    expect(shown(outbox, thread())).toEqual(["hi"]);
    outbox.settle(thread(said(1, "hi")));
    expect(shown(outbox, thread(said(1, "hi")))).toEqual([]);
  });

  it("and an equal text of before does not hide it", () => {
    const outbox = open();
    const now = thread(said(1, "ok"));
    send(outbox, "ok", now);
    expect(shown(outbox, now)).toEqual(["ok"]);
  });

  it("after a reload, when it had been stored without an answer", () => {
    send(open(), "hi");
    expect(shown(open(), thread(said(1, "hi")))).toEqual([]);
  });

  it("and one event stands for one message only", () => {
    const outbox = open();
    send(outbox, "hi");
    send(outbox, "hi");
    expect(shown(outbox, thread(said(1, "hi")))).toEqual(["hi"]);
  });
});
