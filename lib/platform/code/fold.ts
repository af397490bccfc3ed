import { foldRuns } from "./fold-table";

/** Of code points within the BMP; those of ASCII and of the surrogates stand for themselves but for A to Z. */
const ofBmp = new Uint16Array(0x1_0000);
const beyond = new Map<number, number>();
for (let at = 0; at < 0x1_0000; at++) ofBmp[at] = at >= 0x41 && at <= 0x5a ? at + 0x20 : at;
readRuns();

function readRuns(): void {
  let last = 0;
  for (const run of foldRuns.split(" ")) {
    const [gap = 0, difference = 0, many = 1, step = 1] = run.split(",").map((n) => Number.parseInt(n, 36));
    const from = last + gap;
    for (let n = 0; n < many; n++) {
      last = from + n * step;
      if (last < 0x1_0000) ofBmp[last] = last + difference;
      else beyond.set(last, last + difference);
    }
  }
}

/** The one that stands for a code point and all that RE2's `(?i)` takes for it: k for k, K and the Kelvin sign. */
export function foldCodePoint(codePoint: number): number {
  return codePoint < 0x1_0000 ? (ofBmp[codePoint] ?? codePoint) : (beyond.get(codePoint) ?? codePoint);
}

const beyondAscii = /[^\0-\x7f]/;

/** Text with each code point folded: two that differ by case alone become the same. As long as before, in UTF-16 units too. */
export function foldText(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase();
  const units = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    units[at] = ofBmp[unit] ?? unit;
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const codePoint = text.codePointAt(at) ?? unit;
    const folded = beyond.get(codePoint);
    if (codePoint < 0x1_0000) continue;
    at += 1;
    const low = (folded ?? codePoint) - 0x1_0000;
    units[at - 1] = 0xd800 + (low >> 10);
    units[at] = 0xdc00 + (low & 0x3ff);
  }
  return Buffer.from(units.buffer).toString("utf16le");
}
