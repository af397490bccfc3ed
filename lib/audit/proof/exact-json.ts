/** The recorder writes some 35 levels at most; deeper ones would end every recursion over the value with an overflow. */
const mostLevels = 200;
const anyNumber = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Reads JSON whose numbers are exact integers, as the recorder writes them. Another number could hide digits: 5.0 and
 * 5.00000000000000000001 read as 5 too, and would hash like it.
 *
 * @throws for another number, another spelling of one, and for nesting that nobody recorded
 */
export function exactJson(text: string): unknown {
  const bare = outsideTexts(text);
  if (levelsOf(bare) > mostLevels) throw new Error("JSON that is nested too deeply");
  for (const [number] of bare.matchAll(anyNumber)) {
    const value = Number(number);
    if (!Number.isSafeInteger(value) || String(value) !== number)
      throw new Error("a number that is no exact integer, or not spelt as it was recorded");
  }
  return JSON.parse(text);
}

/** JSON without its texts: structure, numbers and words. By hand, as an expression over megabytes runs out of stack. */
function outsideTexts(text: string): string {
  let bare = "";
  let at = 0;
  for (;;) {
    const open = text.indexOf('"', at);
    if (open < 0) return bare + text.slice(at);
    bare += `${text.slice(at, open)} `;
    let close = open + 1;
    while (close < text.length && text[close] !== '"') close += text[close] === "\\" ? 2 : 1;
    at = close + 1;
  }
}

function levelsOf(bare: string): number {
  let level = 0;
  let deepest = 0;
  for (const sign of bare) {
    if (sign === "[" || sign === "{") {
      level += 1;
      deepest = Math.max(deepest, level);
    } else if (sign === "]" || sign === "}") {
      level -= 1;
    }
  }
  return deepest;
}
