import { describe, expect, it } from "vitest";
import { linked, safeUrl } from "./links.ts";

/** The text with its links in brackets, as [text → address]. */
const shown = (text: string): string =>
  linked(text)
    .map((part) => (typeof part === "string" ? part : `[${part.textContent} → ${part.href}]`))
    .join("");

describe("links in a text", () => {
  it.each([
    ["see https://a.example/x.", "see [https://a.example/x → https://a.example/x]."],
    ["(http://a.example/x)", "([http://a.example/x → http://a.example/x])"],
    ["no link: a.example", "no link: a.example"],
    ["javascript:alert(1)", "javascript:alert(1)"],
    ["https://bank.example@evil.example/", "https://bank.example@evil.example/"],
    ['https://a.example/"onclick="x', '[https://a.example/ → https://a.example/]"onclick="x'],
  ])("%s", (text, expected) => expect(shown(text)).toBe(expected));

  it("shows the host that a link really leads to", () => {
    expect(shown("https://EXAMPLE.com/a")).toContain("[https://example.com/a → ");
  });

  it("opens elsewhere, and gives nothing away", () => {
    const [, a] = linked("x https://a.example/ y") as [string, HTMLAnchorElement];
    expect([a.target, a.rel]).toEqual(["_blank", "noopener noreferrer nofollow"]);
  });
});

describe("the address of a source", () => {
  it.each([
    ["/help/returns#refunds", "https://shop.example/help/returns#refunds"],
    ["https://other.example/", "https://other.example/"],
    ["javascript:alert(1)", undefined],
    ["data:text/html,x", undefined],
    ["https://user@evil.example/", undefined],
  ])("%s", (url, expected) => expect(safeUrl(url, "https://shop.example/page")?.href).toBe(expected));
});
