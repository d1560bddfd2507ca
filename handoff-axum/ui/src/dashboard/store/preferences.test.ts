import { expect, test } from "vitest";
import { DEFAULTS, readPreferences } from "./preferences.svelte";

test("what is stored is taken over where it is known and of the right type", () => {
  expect(readPreferences('{"compact":true,"keys":"no","other":1}')).toEqual({ ...DEFAULTS, compact: true });
});

test.each([null, "", "{", "null", "[1]", "7"])("%s brings the defaults", (stored) => {
  expect(readPreferences(stored)).toEqual(DEFAULTS);
});
