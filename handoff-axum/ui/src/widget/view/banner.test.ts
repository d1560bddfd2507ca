import { describe, expect, it } from "vitest";
import { emptyThread } from "../protocol/thread.ts";
import { banner } from "./banner.ts";

type Shown = Parameters<typeof banner>[0];
const kind = (client: Partial<Omit<Shown, "thread">>, thread: Partial<Shown["thread"]> = {}) =>
  banner({
    status: "online",
    mode: "supported",
    passing: null,
    ...client,
    thread: { ...emptyThread("c"), ...thread },
  })?.kind;

describe("one banner at a time", () => {
  it("a lost connection before everything else", () => {
    expect(kind({ status: "lost" }, { ended: "closed" })).toBe("lost");
    expect(kind({ status: "blocked", passing: "Thanks" })).toBe("blocked");
  });

  it("follows the floor", () => {
    expect(kind({})).toBeUndefined();
    expect(kind({}, { floor: "connecting" })).toBe("connecting");
    expect(kind({}, { floor: "person", person: "Anna" })).toBe("person");
    expect(kind({}, { floor: "paused" })).toBe("waiting");
    expect(kind({}, { back: 3 })).toBe("back");
    expect(kind({}, { nobodyCame: true, back: 3 })).toBe("email");
  });

  it("promises a person in a service without an assistant", () => {
    expect(kind({ mode: "human_only" })).toBe("waiting");
    expect(kind({ mode: "human_only" }, { conversation: null })).toBeUndefined();
  });

  it("asks for a rating once", () => {
    expect(kind({}, { ended: "resolved" })).toBe("rate");
    expect(kind({}, { ended: "resolved", stars: 4 })).toBeUndefined();
    expect(kind({}, { ended: "closed", stars: 4 })).toBe("ended");
  });
});
