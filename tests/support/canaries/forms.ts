import { randomBytes } from "node:crypto";

/** A secret unlike anything else, so that finding it means that it was kept. */
export const canary = (kind: string) => `canary-${kind}-${randomBytes(9).toString("hex")}`;

/** Of a long value, such as a key or a signed token, a part is a find too: it may be kept cut. */
const pieceLength = 40;
/** Shorter texts stand in many places by chance. */
const leastLength = 6;

/**
 * A value as some store may write it: as it is, as JSON has it, in an address or a form, in base64 wherever it begins, and
 * each of these as hexadecimal, which a column of bytes is shown as.
 */
function formsOf(value: string): string[] {
  const forms = piecesOf(value).flatMap((piece) => [
    piece,
    JSON.stringify(piece).slice(1, -1),
    encodeURIComponent(piece),
    piece.replaceAll(" ", "+"),
    ...base64Of(piece),
  ]);
  const all = forms.flatMap((form) => [form, Buffer.from(form).toString("hex")]);
  return [...new Set(all)].filter((form) => form.length >= leastLength);
}

/** Lines of a text, and of a long one the pieces that tell it from others. */
function piecesOf(value: string): string[] {
  const lines = value.split("\n").filter((line) => line !== "");
  return lines.flatMap((whole) => {
    // What a signed token begins with says how it is made: it is the same in all of them.
    const line = whole.replace(/^eyJ[\w-]+\./, "");
    if (line.length < 2 * pieceLength) return [line];
    const count = Math.floor(line.length / pieceLength);
    return Array.from({ length: count }, (_, at) => line.slice(at * pieceLength, (at + 1) * pieceLength));
  });
}

/** What of base64 is the same whatever stands before and behind: it depends on where in three bytes the value begins. */
function base64Of(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((skip) => {
    const whole = Math.min(30, Math.floor((bytes.length - skip) / 3) * 3);
    const part = bytes.subarray(skip, skip + whole);
    return whole < 9 ? [] : [part.toString("base64"), part.toString("base64url")];
  });
}

/**
 * Looks for values in places.
 * @param places by name, their text
 * @param values by name
 * @returns `name in place` for each that is found there in any form
 */
export function foundIn(
  places: Iterable<readonly [string, string]>,
  values: Readonly<Record<string, string>>,
): string[] {
  const wanted = Object.entries(values).map(([name, value]) => ({ name, forms: formsOf(value) }));
  const found: string[] = [];
  for (const [place, text] of places)
    for (const { name, forms } of wanted)
      if (forms.some((form) => text.includes(form))) found.push(`${name} in ${place}`);
  return found;
}
