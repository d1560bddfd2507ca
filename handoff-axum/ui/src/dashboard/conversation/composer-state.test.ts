import { expect, test } from "vitest";
import type { Me } from "../../wire/Me";
import type { Role } from "../../wire/Role";
import { ann, ben, held, sampleCard, waiting } from "../store/samples";
import { composerState, mayReturn, possible, undoOf } from "./composer-state";

const me = (role: Role = "agent"): Me => ({ agent: ann, role, services: null });
const paused = () => sampleCard({ status: "paused", control: { state: "paused", since: 0 } });

test.each([
  ["nobody holds it", sampleCard(), { can: "claim" }],
  ["it waits", waiting(), { can: "claim" }],
  ["it is paused", paused(), { can: "claim" }],
  ["I hold it", held(ann), { can: "reply" }],
  ["a colleague holds it", held(ben), { can: "no", why: "held", holder: ben }],
  [
    "only the assistant answers",
    sampleCard({ mode: "assistant_only" }),
    { can: "no", why: "assistant_only" },
  ],
  ["it is resolved", sampleCard({ status: "resolved" }), { can: "no", why: "resolved" }],
  ["it is closed", sampleCard({ status: "closed" }), { can: "no", why: "closed" }],
] as const)("where %s", (_, card, expected) => {
  expect(composerState(card, me())).toEqual(expected);
});

test("a viewer reads along", () => {
  expect(composerState(sampleCard(), me("viewer"))).toEqual({ can: "no", why: "viewer" });
  expect(possible(sampleCard(), me("viewer"))).toMatchObject({
    takeOver: false,
    resolve: false,
    letGo: false,
    snooze: false,
    label: false,
  });
});

test("an undone takeover gives the floor back to where it was", () => {
  expect(undoOf(sampleCard())).toBe("return");
  expect(undoOf(waiting())).toBe("queue");
  expect(undoOf(paused())).toBe("release");
});

test("what a colleague holds can be asked for, and forced by a supervisor", () => {
  expect(possible(held(ben), me())).toMatchObject({
    request: true,
    force: false,
    resolve: false,
    takeOver: false,
  });
  expect(possible(held(ben), me("supervisor")).force).toBe(true);
  const asked = held(ben, { control_request: { agent: { id: "c", name: "C" }, expires_at: 1 } });
  expect(possible(asked, me()).request).toBe(false);
});

test("the assistant gets it back from the holder, from waiting and from paused", () => {
  expect(mayReturn(held(ann), me())).toBe(true);
  expect(mayReturn(held(ben), me())).toBe(false);
  expect(mayReturn(waiting(), me())).toBe(true);
  expect(mayReturn(paused(), me())).toBe(true);
  expect(mayReturn(sampleCard(), me())).toBe(false);
  expect(mayReturn(held(ann, { mode: "human_only" }), me())).toBe(false);
});

test("the assistant can be told something where no colleague speaks for the team", () => {
  expect(possible(sampleCard(), me()).whisper).toBe(true);
  expect(possible(held(ann), me()).whisper).toBe(true);
  expect(possible(held(ben), me()).whisper).toBe(false);
  expect(possible(sampleCard({ mode: "human_only" }), me()).whisper).toBe(false);
  expect(possible(sampleCard({ status: "resolved" }), me()).whisper).toBe(false);
  expect(possible(sampleCard(), me("viewer")).whisper).toBe(false);
});
