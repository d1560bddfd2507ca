import { expect, test } from "vitest";
import { Selection } from "./selection.svelte";

const order = ["a", "b", "c", "d"];

test("a range goes from the last one chosen, in either direction", () => {
  const selection = new Selection();
  selection.toggle("c");
  selection.extend("a", order);
  expect([...selection.ids].sort()).toEqual(["a", "b", "c"]);
  selection.toggle("b");
  expect(selection.has("b")).toBe(false);
});

test("a range without a beginning is one row", () => {
  const selection = new Selection();
  selection.extend("d", order);
  expect([...selection.ids]).toEqual(["d"]);
  selection.clear();
  expect(selection.ids.size).toBe(0);
});
