/** A run of text, or one character that would not be seen: its short name and what it is. */
type TextToken = { kind: "text"; text: string } | { kind: "sign"; short: string; title: string };

const NAMED = new Map<number, readonly [string, string]>([
  [0x09, ["TAB", "Tab"]],
  [0x0a, ["LF", "Line feed"]],
  [0x0d, ["CR", "Carriage return"]],
  [0x1b, ["ESC", "Escape"]],
  [0x7f, ["DEL", "Delete"]],
  [0x85, ["NEL", "Next line"]],
  [0xa0, ["NBSP", "No-break space"]],
  [0xad, ["SHY", "Soft hyphen"]],
  [0x034f, ["CGJ", "Combining grapheme joiner"]],
  [0x061c, ["ALM", "Arabic letter mark"]],
  [0x115f, ["HCF", "Hangul choseong filler"]],
  [0x1160, ["HJF", "Hangul jungseong filler"]],
  [0x180e, ["MVS", "Mongolian vowel separator"]],
  [0x200b, ["ZWSP", "Zero width space"]],
  [0x200c, ["ZWNJ", "Zero width non-joiner"]],
  [0x200d, ["ZWJ", "Zero width joiner"]],
  [0x200e, ["LRM", "Left-to-right mark"]],
  [0x200f, ["RLM", "Right-to-left mark"]],
  [0x2028, ["LSEP", "Line separator"]],
  [0x2029, ["PSEP", "Paragraph separator"]],
  [0x202a, ["LRE", "Left-to-right embedding"]],
  [0x202b, ["RLE", "Right-to-left embedding"]],
  [0x202c, ["PDF", "Pop directional formatting"]],
  [0x202d, ["LRO", "Left-to-right override"]],
  [0x202e, ["RLO", "Right-to-left override"]],
  [0x2060, ["WJ", "Word joiner"]],
  [0x2066, ["LRI", "Left-to-right isolate"]],
  [0x2067, ["RLI", "Right-to-left isolate"]],
  [0x2068, ["FSI", "First strong isolate"]],
  [0x2069, ["PDI", "Pop directional isolate"]],
  [0x2400, ["NUL", "Null, stored as U+2400"]],
  [0x2800, ["BRAILLE", "Braille pattern blank"]],
  [0x3164, ["HF", "Hangul filler"]],
  [0xfeff, ["BOM", "Zero width no-break space"]],
  [0xffa0, ["HHF", "Halfwidth hangul filler"]],
]);

/* C0, C1, format characters, separators, surrogates without a partner, private and unassigned characters. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u00a0\u2400\u2800]/u;
const EMOJI = /\p{Extended_Pictographic}/u;

/**
 * Splits untrusted text into what can be seen and signs for what cannot: control, bidirectional, zero-width
 * and other invisible characters. Nothing is dropped. Joiners and variation selectors inside an emoji stay,
 * as they belong to its picture. `keepLines` leaves line feeds in the text, for blocks that show lines.
 */
export function textTokens(text: string, options: { keepLines?: boolean } = {}): TextToken[] {
  const tokens: TextToken[] = [];
  const characters = [...text];
  let run = "";
  for (const [index, character] of characters.entries()) {
    const code = character.codePointAt(0) ?? 0;
    const lineKept = options.keepLines === true && code === 0x0a;
    if (lineKept || !UNSEEN.test(character) || isPartOfEmoji(characters, index, code)) {
      run += character;
      continue;
    }
    if (run) tokens.push({ kind: "text", text: run });
    run = "";
    tokens.push(signFor(code));
  }
  if (run) tokens.push({ kind: "text", text: run });
  return tokens;
}

/** The same as plain text, for titles and other places that take no markup: `a[ZWSP]b`. */
export function visibleString(text: string): string {
  return textTokens(text)
    .map((token) => (token.kind === "text" ? token.text : `[${token.short}]`))
    .join("");
}

function isPartOfEmoji(characters: string[], index: number, code: number): boolean {
  const before = characters[index - 1] ?? "";
  const beforeIsEmoji = EMOJI.test(before) || /[\ufe0f\u{1f3fb}-\u{1f3ff}]/u.test(before);
  if (code === 0xfe0f) return EMOJI.test(before);
  return code === 0x200d && beforeIsEmoji && EMOJI.test(characters[index + 1] ?? "");
}

function signFor(code: number): TextToken {
  const point = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const known = NAMED.get(code);
  if (known) return { kind: "sign", short: known[0], title: `${known[1]}, ${point}` };
  // U+2400 onwards holds a picture of every C0 control; it is what terminals show.
  if (code < 0x20)
    return { kind: "sign", short: String.fromCodePoint(0x2400 + code), title: `Control, ${point}` };
  return { kind: "sign", short: point, title: `Not visible, ${point}` };
}
