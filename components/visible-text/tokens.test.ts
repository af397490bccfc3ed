import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textTokens, visibleString } from "./tokens";

describe("untrusted text", () => {
  it("shows control, bidirectional and zero-width characters as signs", () => {
    expect(visibleString("releases\u200b.")).toBe("releases[ZWSP].");
    expect(visibleString("a\u202egpj.exe")).toBe("a[RLO]gpj.exe");
    expect(visibleString("\u001b[31mred")).toBe("[ESC][31mred");
    expect(visibleString("a\r\nb\tc")).toBe("a[CR][LF]b[TAB]c");
    expect(visibleString("x\u2400y\u0007z")).toBe("x[NUL]y[␇]z");
    expect(visibleString("\u0000")).toBe("[␀]");
    expect(visibleString("pay\u00adpal\ufeff\u00a0")).toBe("pay[SHY]pal[BOM][NBSP]");
    expect(visibleString("tag\u{e0041}\u{f0000}")).toBe("tag[U+E0041][U+F0000]");
  });

  it("keeps line feeds only where lines are shown, and then still shows a carriage return", () => {
    expect(textTokens("a\r\nb", { keepLines: true })).toEqual([
      { kind: "text", text: "a" },
      { kind: "sign", short: "CR", title: "Carriage return, U+000D" },
      { kind: "text", text: "\nb" },
    ]);
  });

  it("leaves ordinary text of any language, and whole emoji, as they are", () => {
    for (const text of ["Überprüfung – ß", "日本語のテキスト", "שלום", "नमस्ते", "👩‍💻 ❤️ 👍🏽", ""]) {
      expect(visibleString(text)).toBe(text);
    }
  });

  it("does not hide a joiner that belongs to no emoji", () => {
    expect(visibleString("ad\u200dmin")).toBe("ad[ZWJ]min");
    expect(visibleString("ad\ufe0fmin")).toBe("ad[U+FE0F]min");
  });

  it("never drops a character, and never lets an override or a control through", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const tokens = textTokens(text);
        const count = tokens.reduce((sum, t) => sum + (t.kind === "text" ? [...t.text].length : 1), 0);
        expect(count).toBe([...text].length);
        for (const token of tokens) {
          if (token.kind === "text")
            expect(token.text).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b]/u);
        }
      }),
    );
  });
});
