/** The recorder writes some 35 levels at most; deeper ones would end every recursion over the value with an overflow. */
const mostLevels = 200;
const anyNumber = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Reads JSON that has one meaning, as the recorder writes it. Numbers are exact integers: another could hide digits, as
 * 5.0 and 5.00000000000000000001 read as 5 too, and would hash like it. No key stands twice: only the last would count,
 * and whoever looks into the file sees the first.
 *
 * @throws for anything else, and for nesting that nobody recorded
 */
export function exactJson(text: string): unknown {
  const bare = outsideTexts(text);
  const { levels, keys } = structureOf(bare);
  if (levels > mostLevels) throw new Error("JSON that is nested too deeply");
  for (const [number] of bare.matchAll(anyNumber)) {
    const value = Number(number);
    if (!Number.isSafeInteger(value) || String(value) !== number)
      throw new Error("a number that is no exact integer, or not spelt as it was recorded");
  }
  const value: unknown = JSON.parse(text);
  if (keys > 1 && keysIn(value) !== keys) throw new Error("a key that stands twice");
  return value;
}

/** JSON without its texts: structure, numbers and words. By hand, as an expression over megabytes runs out of stack. */
function outsideTexts(text: string): string {
  let bare = "";
  let at = 0;
  for (;;) {
    const open = text.indexOf('"', at);
    if (open < 0) return at === 0 ? text : bare + text.slice(at);
    bare += `${text.slice(at, open)} `;
    let close = text.indexOf('"', open + 1);
    while (close >= 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
    if (close < 0) return bare;
    at = close + 1;
  }
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === "\\") before -= 1;
  return (at - before) % 2 === 0;
}

function structureOf(bare: string): { levels: number; keys: number } {
  let level = 0;
  let levels = 0;
  let keys = 0;
  for (let at = 0; at < bare.length; at += 1) {
    const sign = bare[at];
    if (sign === "[" || sign === "{") {
      level += 1;
      if (level > levels) levels = level;
    } else if (sign === "]" || sign === "}") level -= 1;
    else if (sign === ":") keys += 1;
  }
  return { levels, keys };
}

function keysIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const parts = Object.values(value);
  return parts.reduce((sum: number, part) => sum + keysIn(part), Array.isArray(value) ? 0 : parts.length);
}
