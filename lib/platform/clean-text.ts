/**
 * Text from outside as it may be stored: NUL (which Postgres cannot hold) becomes U+2400, lone surrogates are mended to
 * U+FFFD, and the length is capped. Nothing else changes: what was sent is what the log shows, as visible tokens.
 * @param text as received
 * @param maxLength cap in UTF-16 units; a pair is never cut in half
 */
export function cleanText(text: string, maxLength = Number.MAX_SAFE_INTEGER): string {
  const mended = text.replaceAll("\0", "\u2400").toWellFormed();
  if (mended.length <= maxLength) return mended;
  const cut = mended.slice(0, maxLength);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/**
 * `cleanText` through a JSON value, keys included; an object's `__proto__` becomes an own key.
 * @param depth levels kept; deeper ones are shown as text so that a hostile nesting cannot block the record
 */
export function cleanJson(value: unknown, depth = 32): unknown {
  if (typeof value === "string") return cleanText(value);
  if (value === null || typeof value === "boolean") return value;
  // Numbers beyond exact integers are strings, so that a canonical form of the record is stable.
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : String(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (typeof value !== "object") return value === undefined ? null : String(value);
  if (depth === 0) return "[too deep]";
  if (Array.isArray(value)) return value.map((v) => cleanJson(v, depth - 1));
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .map(([k, v]) => [cleanText(k, 200), cleanJson(v, depth - 1)] as const);
  return Object.fromEntries(entries);
}
