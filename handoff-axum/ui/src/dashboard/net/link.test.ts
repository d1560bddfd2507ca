import { expect, test } from "vitest";
import type { Problem } from "../../wire/Problem";
import { LONGEST_DELAY } from "./backoff";
import { FakeWorld } from "./fake-socket";
import { Link } from "./link";
import { Refusal } from "./problem";

const problem = (retry: boolean): Problem => ({ type: "/problems/x", status: 503, title: "Later.", retry });

function connected() {
  const world = new FakeWorld();
  const link = new Link(world, world);
  link.start();
  world.socket.accept();
  return { world, link };
}

test("greets first, and is open only after the welcome", () => {
  const world = new FakeWorld();
  const link = new Link(world, world);
  link.start();
  link.watch("c", () => 0);
  world.socket.onopen?.();
  expect(world.socket.sent).toEqual([{ type: "hello", protocol: 1 }]);
  world.socket.accept();
  expect(world.states.at(-1)).toEqual({ at: "open" });
  expect(world.socket.of("watch")).toEqual([{ type: "watch", conversation: "c", after: 0 }]);
});

test("a command ends with the version of its answer", async () => {
  const { world, link } = connected();
  const answer = link.do("c", { type: "release" });
  expect(world.socket.of("do")).toHaveLength(1);
  world.socket.say({ type: "done", id: "id-1", version: 7 });
  await expect(answer).resolves.toBe(7);
  expect(link.unanswered).toBe(0);
});

test("a refusal keeps what the engine said", async () => {
  const { world, link } = connected();
  const answer = link.do("c", { type: "take_over", typing: false });
  const refused = expect(answer).rejects.toSatisfy(
    (error) => error instanceof Refusal && error.code === "held_by" && error.message === "Ben has it.",
  );
  world.socket.say({
    type: "refused",
    id: "id-1",
    problem: {
      type: "/problems/held_by",
      status: 409,
      title: "Ben has it.",
      retry: false,
      rejection: { code: "held_by", holder: { id: "ben", name: "Ben" } },
    },
  });
  await refused;
});

test("what was not answered is sent again after a reconnect, with the same id and in order", async () => {
  const { world, link } = connected();
  const first = link.do("c", { type: "send_agent_message", text: "one" });
  const second = link.do("c", { type: "send_agent_message", text: "two" });
  world.socket.say({ type: "done", id: "id-1", version: 4 });
  await first;
  world.socket.onclose?.({ code: 1006, reason: "" });
  const third = link.do("c", { type: "send_agent_message", text: "three" });
  world.pass(1_000);
  expect(world.sockets).toHaveLength(2);
  expect(world.socket.sent).toEqual([]);
  world.socket.accept();
  expect(world.socket.of("do").map((one) => one.id)).toEqual(["id-2", "id-3"]);
  world.socket.say({ type: "done", id: "id-2", version: 5 });
  world.socket.say({ type: "done", id: "id-3", version: 6 });
  await expect(Promise.all([second, third])).resolves.toEqual([5, 6]);
});

test("a watched conversation goes on from the version that was seen last", () => {
  const { world, link } = connected();
  let version = 3;
  link.watch("c", () => version);
  link.watch("gone", () => 1);
  link.unwatch("gone");
  version = 9;
  world.socket.onclose?.({ code: 1006, reason: "" });
  world.pass(1_000);
  world.socket.accept();
  expect(world.socket.of("watch")).toEqual([{ type: "watch", conversation: "c", after: 9 }]);
});

test("it comes back without an end, ever more slowly, and quickly again once it was there", () => {
  const { world } = connected();
  const waits: number[] = [];
  for (let n = 0; n < 12; n++) {
    const before = world.now();
    world.socket.onclose?.({ code: 1006, reason: "" });
    const state = world.states.at(-1);
    if (state?.at !== "waiting") throw new Error(`expected to wait, not ${state?.at}`);
    waits.push(state.until - before);
    world.pass(LONGEST_DELAY);
  }
  expect(waits[0]).toBe(375);
  expect(waits[1]).toBe(750);
  expect(waits.at(-1)).toBe(LONGEST_DELAY * 0.75);
  expect(world.sockets).toHaveLength(13);
  world.socket.accept();
  world.socket.onclose?.({ code: 1006, reason: "" });
  expect(world.states.at(-1)).toEqual({ at: "waiting", until: world.now() + 375 });
});

test("a restarting server says when to come back", () => {
  const { world } = connected();
  world.socket.onclose?.({ code: 1012, reason: "4000" });
  world.pass(3_999);
  expect(world.sockets).toHaveLength(1);
  world.pass(1);
  expect(world.sockets).toHaveLength(2);
});

test.each([
  [4401, "signed_out"],
  [4406, "outdated"],
])("after close %i it does not come back by itself", (code, at) => {
  const { world, link } = connected();
  const answer = link.do("c", { type: "release" });
  world.socket.onclose?.({ code, reason: "" });
  world.pass(600_000);
  expect(world.sockets).toHaveLength(1);
  expect(world.states.at(-1)).toEqual({ at });
  link.start();
  world.socket.accept();
  expect(world.socket.of("do")).toHaveLength(1);
  world.socket.say({ type: "done", id: "id-1", version: 2 });
  return expect(answer).resolves.toBe(2);
});

test("it pings, and gives a connection up on which nothing is heard", () => {
  const { world } = connected();
  world.pass(8_000);
  expect(world.socket.of("ping")).toHaveLength(1);
  world.socket.say({ type: "pong" });
  world.pass(24_000);
  expect(world.sockets).toHaveLength(1);
  world.pass(9_000);
  expect(world.sockets.length).toBeGreaterThan(1);
  expect(world.sockets[0]?.closed).toBe(true);
});

test("a late frame of a connection that was given up is not heard", () => {
  const { world } = connected();
  const old = world.socket;
  old.onclose?.({ code: 1006, reason: "" });
  const before = world.frames.length;
  old.say({ type: "pong" });
  old.accept();
  expect(world.frames).toHaveLength(before);
  expect(world.states.at(-1)?.at).toBe("waiting");
});

test("what the server could not do just now is asked again, but not for ever", async () => {
  const { world, link } = connected();
  const answer = link.do("c", { type: "release" });
  const ended = expect(answer).rejects.toBeInstanceOf(Refusal);
  for (let n = 0; n < 6; n++) {
    world.socket.say({ type: "refused", id: "id-1", problem: problem(true) });
    world.pass(2_000);
  }
  expect(world.socket.of("do")).toHaveLength(4);
  await ended;
});

test("frames that are no JSON are skipped", () => {
  const { world } = connected();
  const before = world.frames.length;
  for (const data of ["{", "null", "7", '{"a":1}', new ArrayBuffer(2)]) world.socket.onmessage?.({ data });
  expect(world.frames).toHaveLength(before);
});

test("stopping ends what waits", async () => {
  const { world, link } = connected();
  const ended = expect(link.do("c", { type: "release" })).rejects.toBeInstanceOf(Refusal);
  link.stop();
  await ended;
  world.pass(600_000);
  expect(world.sockets).toHaveLength(1);
});
