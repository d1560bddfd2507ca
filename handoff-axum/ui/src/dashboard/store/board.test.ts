import { beforeEach, expect, test } from "vitest";
import { Board } from "./board.svelte";
import { Cards } from "./cards.svelte";
import { NO_FILTER } from "./filter";
import { ann, held, sampleCard, waiting } from "./samples";

let cards: Cards;
let board: Board;
let time: number;

beforeEach(() => {
  time = 10_000;
  cards = new Cards();
  board = new Board(cards, () => time);
  board.setServices(["store"]);
});

const ids = () => board.sections[0]?.ids;
const many = (n: number) =>
  Array.from({ length: n }, (_, i) => sampleCard({ id: `c${i}`, opened_at: 10_000 - i, version: 1 }));

test("those that need attention stand first, then the newest", () => {
  cards.putBoard([...many(3), waiting({ id: "w", opened_at: 1 })], true, true);
  board.refresh();
  expect(ids()).toEqual(["w", "c0", "c1", "c2"]);
  expect(board.counts).toEqual({ active: 4, attention: 1, paused: 0 });
});

test("a message moves no card, and makes no new list", () => {
  cards.putBoard(many(3), true, true);
  board.refresh();
  const before = board.sections;
  cards.put(sampleCard({ id: "c2", opened_at: 9_998, version: 2, messages: 9, last_word_at: 99_999 }));
  board.refresh();
  expect(board.sections).toBe(before);
  expect(cards.get("c2")?.card.messages).toBe(9);
});

test("an older card never replaces a newer one", () => {
  cards.put(sampleCard({ version: 5, messages: 5 }));
  cards.put(sampleCard({ version: 4, messages: 4 }));
  expect(cards.get("c1")?.card.messages).toBe(5);
});

test("a card under the pointer does not move, and what is new above it is held back", () => {
  cards.putBoard(many(3), true, true);
  board.refresh();
  board.hold("c1");
  cards.put(waiting({ id: "w1", version: 1 }));
  cards.put(waiting({ id: "w2", version: 1 }));
  board.refresh();
  expect(ids()).toEqual(["c0", "c1", "c2"]);
  expect(board.sections[0]?.held).toBe(2);
  expect(board.counts.attention).toBe(2);
  board.letGo();
  expect(ids()).toEqual(["w1", "w2", "c0", "c1", "c2"]);
  expect(board.sections[0]?.held).toBe(0);
});

test("counters count people, and what ended is gone", () => {
  cards.putBoard([held(ann, { id: "a" }), sampleCard({ id: "b" })], true, true);
  board.refresh();
  expect(board.counts).toEqual({ active: 2, attention: 0, paused: 1 });
  cards.put(sampleCard({ id: "b", version: 2, status: "resolved" }));
  board.refresh();
  expect(board.counts.active).toBe(1);
  expect(ids()).toEqual(["a"]);
});

test("a new board after a reconnect drops what ended meanwhile, and counts what changed", () => {
  cards.putBoard(many(4), true, true);
  const caught = cards.putBoard(
    [sampleCard({ id: "c0", version: 3 }), sampleCard({ id: "c1" }), sampleCard({ id: "new" })],
    true,
    true,
  );
  expect(caught?.changed).toBe(4);
  expect(caught?.removed.map((card) => card.id)).toEqual(["c2", "c3"]);
  board.refresh();
  expect(new Set(ids())).toEqual(new Set(["c0", "c1", "new"]));
});

test("a board in parts ends with its last part", () => {
  expect(cards.putBoard(many(2), true, false)).toBeNull();
  expect(cards.putBoard([sampleCard({ id: "z" })], false, true)?.changed).toBe(3);
});

test("a conversation on view keeps its box when the board no longer has it", () => {
  cards.putBoard(many(2), true, true);
  cards.pin("c1");
  cards.putBoard([], true, true);
  expect(cards.get("c0")).toBeUndefined();
  expect(cards.get("c1")).toBeDefined();
});

test("idle comes with time", () => {
  cards.putBoard([sampleCard({ idle_at: 20_000 })], true, true);
  board.setFilter({ ...NO_FILTER, status: ["idle"] });
  expect(ids()).toEqual([]);
  time = 20_000;
  board.refresh(true);
  expect(ids()).toEqual(["c1"]);
});
