import { expect, test } from "vitest";
import { alertsOf } from "./alerts";
import { ann, ben, held, sampleCard, waiting } from "./samples";

const types = (...args: Parameters<typeof alertsOf>) => alertsOf(...args).map((alert) => alert.type);
const flag = (at: number) => ({ kind: "thumbs_down" as const, reason: "", quote: "", at });

test("a conversation that begins to wait is news, once", () => {
  expect(types(waiting({ version: 2 }), sampleCard(), "ann", false)).toEqual(["attention"]);
  expect(types(waiting({ version: 3 }), waiting({ version: 2 }), "ann", false)).toEqual([]);
});

test("a further flag is news, a dismissed one is not", () => {
  const one = sampleCard({ flags: [flag(1)] });
  expect(types(one, sampleCard(), "ann", false)).toEqual(["attention"]);
  expect(
    types(sampleCard({ flags: [flag(1), { ...flag(2), kind: "non_answer" }] }), one, "ann", false),
  ).toEqual(["attention"]);
  expect(types(sampleCard(), one, "ann", false)).toEqual(["attention_over"]);
});

test("what a colleague handles does not disturb", () => {
  expect(types(held(ben, { flags: [flag(1)] }), held(ben), "ann", false)).toEqual([]);
  expect(types(held(ann, { flags: [flag(1)] }), held(ann), "ann", false)).toEqual(["attention"]);
});

test("the holder hears a request for control, others do not", () => {
  const asked = { control_request: { agent: ben, expires_at: 9 } };
  expect(types(held(ann, asked), held(ann), "ann", false)).toEqual(["control_asked"]);
  expect(types(held(ann, asked), held(ann, asked), "ann", false)).toEqual([]);
  expect(types(held(ann, asked), held(ann), "cleo", false)).toEqual([]);
});

test("who asked hears that it was refused, or that they have it", () => {
  const asked = { control_request: { agent: ben, expires_at: 9 } };
  expect(types(held(ann), held(ann, asked), "ben", false)).toEqual(["request_refused"]);
  expect(types(held(ben), held(ann, asked), "ben", false)).toEqual(["control_settled", "got_control"]);
  expect(types(held(ann), held(ann, asked), "ann", false)).toEqual(["control_settled"]);
});

test("what one took oneself is no news, what was taken away is", () => {
  expect(types(held(ann), sampleCard(), "ann", true)).toEqual([]);
  expect(types(held(ann), sampleCard(), "ann", false)).toEqual(["got_control"]);
  expect(types(held(ben), held(ann), "ann", false)).toEqual(["lost_control"]);
});
