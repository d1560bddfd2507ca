import { expect, test } from "vitest";
import { ann, sampleEvent } from "./samples";
import { addPiece, type Stream, streamAfter } from "./stream";

const piece = (offset: number, text: string, turn = 1, epoch = 3) => ({ turn, epoch, offset, text });

test("pieces add up, a repeat changes nothing, and offset 0 starts over", () => {
  let stream = addPiece(null, piece(0, "Hel"), 3);
  stream = addPiece(stream, piece(3, "lo"), 3);
  expect(stream?.text).toBe("Hello");
  stream = addPiece(stream, piece(3, "lo"), 3);
  expect(stream?.text).toBe("Hello");
  stream = addPiece(stream, piece(0, "Good day"), 3);
  expect(stream?.text).toBe("Good day");
});

test("a piece of an epoch that is over is dropped, however late it comes", () => {
  expect(addPiece(null, piece(0, "late", 1, 2), 3)).toBeNull();
  const stream: Stream = { turn: 2, epoch: 3, text: "new" };
  expect(addPiece(stream, piece(0, "late", 9, 2), 3)).toBe(stream);
});

test("a piece of an earlier turn is dropped", () => {
  const stream: Stream = { turn: 5, epoch: 3, text: "five" };
  expect(addPiece(stream, piece(0, "four", 4), 3)).toBe(stream);
});

test("a piece after a gap is not shown as if it were the beginning", () => {
  expect(addPiece(null, piece(10, "middle"), 3)).toBeNull();
  const stream: Stream = { turn: 1, epoch: 3, text: "abc" };
  expect(addPiece(stream, piece(10, "x"), 3)).toBe(stream);
});

test("a takeover ends what is being written", () => {
  const stream: Stream = { turn: 1, epoch: 3, text: "I am" };
  const taken = sampleEvent(9, 4, { type: "taken_over", agent: ann, how: { how: "button" } });
  expect(streamAfter(stream, taken)).toBeNull();
});

test("the reply replaces its pieces, an unrelated event does not", () => {
  const stream: Stream = { turn: 2, epoch: 3, text: "I am" };
  const committed = (turn: number) =>
    sampleEvent(9, 3, { type: "reply_committed", turn, reply: { text: "I am here", non_answer: false } });
  expect(streamAfter(stream, committed(2))).toBeNull();
  expect(streamAfter(stream, committed(1))).toBe(stream);
  expect(streamAfter(stream, sampleEvent(9, 3, { type: "visitor_left" }))).toBe(stream);
});
