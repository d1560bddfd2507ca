import { expect, test } from "vitest";
import { filterParams, matches, NO_FILTER, narrowedBy, readFilter } from "./filter";
import { ann, held, sampleCard, waiting } from "./samples";

test("an address brings the filter back, and nonsense in it is left out", () => {
  const filter = readFilter(
    new URLSearchParams("status=waiting,idle,evil&score=40&page=%2Fcart&q=oak&only=attention"),
  );
  expect(filter).toEqual({
    ...NO_FILTER,
    only: "attention",
    status: ["waiting", "idle"],
    score: 40,
    page: "/cart",
    text: "oak",
  });
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filterParams(filter))) if (value) params.set(name, value);
  expect(readFilter(params)).toEqual(filter);
  expect(readFilter(new URLSearchParams("score=nine&only=x"))).toEqual(NO_FILTER);
  expect(narrowedBy(NO_FILTER)).toBe(0);
});

test.each([
  ["needs attention", { only: "attention" }, waiting(), sampleCard()],
  ["paused by people", { only: "paused" }, held(ann), waiting()],
  ["awaiting response", { status: ["unanswered"] }, sampleCard({ unanswered_since: 1 }), sampleCard()],
  ["idle", { status: ["idle"] }, sampleCard({ idle_at: 40 }), sampleCard({ idle_at: 60 })],
  ["score from", { score: 50 }, sampleCard({ score: 50 }), sampleCard({ score: null })],
  ["page", { page: "CART" }, sampleCard({ page: { url: "https://x/cart?a", title: "" } }), sampleCard()],
  [
    "category",
    { category: "Delivery" },
    sampleCard({ category: "Delivery" }),
    sampleCard({ category: "Returns" }),
  ],
  [
    "every word",
    { text: "oak marta" },
    sampleCard({
      profile: { ...sampleCard().profile, name: "Marta" },
      last: { speaker: "visitor", text: "An Oak table", at: 0 },
    }),
    sampleCard({ last: { speaker: "visitor", text: "An oak table", at: 0 } }),
  ],
] as const)("%s", (_, change, shown, hidden) => {
  const filter = { ...NO_FILTER, ...change };
  expect(matches(shown, filter, 50)).toBe(true);
  expect(matches(hidden, filter, 50)).toBe(false);
});

test("what ended never shows on the board", () => {
  expect(matches(sampleCard({ status: "resolved" }), NO_FILTER, 0)).toBe(false);
  expect(matches(sampleCard({ status: "dropped" }), NO_FILTER, 0)).toBe(true);
});
