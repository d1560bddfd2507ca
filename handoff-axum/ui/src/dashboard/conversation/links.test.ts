import { expect, test } from "vitest";
import { linkOf } from "./links";

test.each(["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "", null, "http://"])(
  "%s is no link",
  (url) => {
    expect(linkOf(url)).toBeNull();
  },
);

test("a link elsewhere shows its host", () => {
  expect(linkOf("https://shop.example/help")).toEqual({
    href: "https://shop.example/help",
    host: "shop.example",
  });
  expect(linkOf("/help/returns")?.host).toBe("");
});
