import { expect, test } from "vitest";
import { splitDuration } from "../words/format";
import { differences, fromLines, toLines } from "./lines";

test("one entry a line, blank lines are none", () => {
  expect(fromLines(" a \n\n b\n")).toEqual(["a", "b"]);
  expect(toLines(["a", "b"])).toBe("a\nb");
});

test("differences are named by their paths", () => {
  const a = { name: "x", policy: { timing: { takeover: 1, idle: 2 }, flags: ["a"] } };
  const b = { name: "x", policy: { timing: { takeover: 3, idle: 2 }, flags: ["a", "b"] } };
  expect(differences(a, b)).toEqual(["policy.timing.takeover", "policy.flags"]);
  expect(differences(a, structuredClone(a))).toEqual([]);
});

test.each([
  [120_000, 2, "minutes"],
  [90_000, 90, "seconds"],
  [86_400_000, 1, "days"],
  [7_200_000, 2, "hours"],
] as const)("%i ms is %i %s", (ms, value, unit) => {
  expect(splitDuration(ms)).toEqual({ value, unit });
});
