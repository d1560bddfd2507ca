import { describe, expect, it } from "vitest";
import { LANGUAGES } from "./languages.ts";
import { ENGLISH, language, put, wordsFrom } from "./words.ts";

describe("the words", () => {
  it.each(Object.entries(LANGUAGES))("in %s are all there, each with its gap", (_, line) => {
    const texts = line.split("|");
    const english = Object.entries(ENGLISH);
    expect(texts).toHaveLength(english.length);
    for (const [i, [key, text]] of english.entries()) {
      expect(texts[i]?.trim(), key).not.toBe("");
      expect(texts[i]?.split("{}").length, key).toBe(text.split("{}").length);
    }
  });

  it("are English where a language misses one", () => {
    expect(wordsFrom("Abrir").open).toBe("Abrir");
    expect(wordsFrom("Abrir").close).toBe(ENGLISH.close);
    expect(wordsFrom(undefined)).toEqual(ENGLISH);
  });

  it("are chosen by the first language that is spoken", () => {
    expect(language("pt-BR", "en")).toBe("pt");
    expect(language(undefined, "", "xx", "ZH_hant")).toBe("zh");
    expect(language("xx", "e", " ")).toBe("en");
  });

  it("take names as they are", () => {
    expect(put("{} joined", "$& {}")).toBe("$& {} joined");
  });
});
