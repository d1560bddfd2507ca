import { expect, test } from "vitest";
import { byAttention, settle } from "./order";
import { sampleCard, waiting } from "./samples";

test("the order is total and does not depend on the last word", () => {
  const a = sampleCard({ id: "a", last_word_at: 9 });
  const b = sampleCard({ id: "b", last_word_at: 1 });
  expect(byAttention(a, b)).toBeLessThan(0);
  expect(byAttention(b, a)).toBeGreaterThan(0);
  expect(byAttention(waiting({ id: "z", opened_at: 0 }), a)).toBeLessThan(0);
});

test("without an anchor the new order holds", () => {
  expect(settle(["a", "b"], ["b", "a", "c"], null)).toEqual({ ids: ["b", "a", "c"], held: 0 });
  expect(settle(["a", "b"], ["b", "a"], "unknown")).toEqual({ ids: ["b", "a"], held: 0 });
});

test("all up to the anchor stays, below it everything takes its place", () => {
  const settled = settle(["a", "b", "c", "d"], ["n", "d", "a", "b", "e", "c"], "b");
  expect(settled.ids.slice(0, 2)).toEqual(["a", "b"]);
  expect(settled.held).toBe(1);
  expect(settled.ids).toContain("e");
  expect(settled.ids).not.toContain("n");
  expect(new Set(settled.ids).size).toBe(settled.ids.length);
});

test("the anchor stays even when it left the list", () => {
  expect(settle(["a", "b", "c"], ["a", "c"], "b")).toEqual({ ids: ["a", "b", "c"], held: 0 });
});
