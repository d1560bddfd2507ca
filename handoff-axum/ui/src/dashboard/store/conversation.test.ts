import { beforeEach, expect, test, vi } from "vitest";
import { FakeWorld } from "../net/fake-socket";
import { Link } from "../net/link";
import { Cards } from "./cards.svelte";
import { OpenConversation } from "./conversation.svelte";
import { ann, ben, sampleCard, sampleEvent } from "./samples";

let world: FakeWorld;
let conversation: OpenConversation;
const agent = (who: typeof ann) => ({ type: "agent" as const, ...who });

beforeEach(() => {
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(JSON.stringify({ card: sampleCard(), facts: [], opened_page: null }))),
  );
  world = new FakeWorld();
  const link = new Link(world, world);
  link.start();
  world.socket.accept();
  conversation = new OpenConversation("c1", new Cards(), link, () => "ann");
  conversation.open();
});

const said = (seq: number, text: string, who = ann) =>
  conversation.receive({
    type: "events",
    conversation: "c1",
    events: [sampleEvent(seq, 0, { type: "agent_messaged", text }, agent(who))],
    caught_up: true,
  });

test("what I write shows at once, and once", async () => {
  conversation.say("Hello");
  expect(conversation.unsent).toHaveLength(1);
  const id = world.socket.of("do")[0]?.id ?? "";
  said(1, "Hello");
  expect(conversation.unsent).toHaveLength(0);
  world.socket.say({ type: "done", id, version: 1 });
  await Promise.resolve();
  expect(conversation.thread.entries).toHaveLength(1);
});

test("a colleague's same words are not mine", () => {
  conversation.say("Hello");
  said(1, "Hello", ben);
  expect(conversation.unsent).toHaveLength(1);
});

test("what failed says why and is tried again under the same id", async () => {
  conversation.say("Hello");
  const id = world.socket.of("do")[0]?.id ?? "";
  world.socket.say({
    type: "refused",
    id,
    problem: { type: "/problems/x", status: 409, title: "No.", retry: false },
  });
  await vi.waitFor(() => expect(conversation.unsent[0]?.problem?.title).toBe("No."));
  const failed = conversation.unsent[0];
  if (failed) conversation.retry(failed);
  expect(world.socket.of("do").map((one) => one.id)).toEqual([id, id]);
  expect(conversation.unsent).toHaveLength(1);
});

test("pieces show, and none of them after a takeover", () => {
  const piece = (epoch: number, offset: number, text: string) =>
    conversation.receive({ type: "piece", conversation: "c1", turn: 1, epoch, offset, text });
  piece(0, 0, "I am");
  expect(conversation.stream?.text).toBe("I am");
  conversation.receive({
    type: "events",
    conversation: "c1",
    events: [sampleEvent(1, 1, { type: "taken_over", agent: ann, how: { how: "button" } }, agent(ann))],
    caught_up: true,
  });
  expect(conversation.stream).toBeNull();
  piece(0, 4, " still here");
  piece(0, 0, "again");
  expect(conversation.stream).toBeNull();
});

test("typing ends with the message, and by itself", () => {
  const types = (typing: boolean) =>
    conversation.receive({ type: "typing", conversation: "c1", who: "visitor", name: null, typing });
  types(true);
  expect(conversation.typers(Date.now())).toHaveLength(1);
  expect(conversation.typers(Date.now() + 7_000)).toHaveLength(0);
  conversation.receive({
    type: "events",
    conversation: "c1",
    events: [sampleEvent(1, 0, { type: "message_received", text: "hi" })],
    caught_up: true,
  });
  expect(conversation.typing).toHaveLength(0);
});
