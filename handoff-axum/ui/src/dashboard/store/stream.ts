import type { Event } from "../../wire/Event";

/** A reply that is being written. */
export interface Stream {
  turn: number;
  epoch: number;
  text: string;
}

export interface Piece {
  turn: number;
  epoch: number;
  offset: number;
  text: string;
}

/**
 * Adds a piece. A piece of another epoch than the conversation's is dropped: nothing of the assistant shows after a
 * takeover, however late it comes. What overlaps is written over, what begins at 0 starts over.
 */
export function addPiece(stream: Stream | null, piece: Piece, epoch: number): Stream | null {
  if (piece.epoch < epoch) return stream;
  const { turn } = piece;
  if (stream && (turn < stream.turn || piece.epoch < stream.epoch)) return stream;
  const known = stream?.turn === turn ? stream.text : "";
  if (piece.offset > known.length) return stream?.turn === turn ? stream : null;
  return { turn, epoch: piece.epoch, text: known.slice(0, piece.offset) + piece.text };
}

/** What is left of a stream after an event: it ends with its reply, with an interruption, and with its epoch. */
export function streamAfter(stream: Stream | null, event: Event): Stream | null {
  if (!stream || event.epoch > stream.epoch) return null;
  const { body } = event;
  const ends =
    body.type === "reply_committed" || body.type === "reply_interrupted" || body.type === "draft_proposed";
  if (ends && body.turn >= stream.turn) return null;
  return body.type === "reply_requested" && body.turn > stream.turn ? null : stream;
}
