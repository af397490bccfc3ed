/**
 * The canonical form of a JSON value: RFC 8785 (JCS). Keys are sorted by their UTF-16 code units, nothing is spaced;
 * numbers and texts are written as ECMAScript writes them, which the RFC prescribes.
 *
 * @param value what JSON can hold
 * @throws for anything else (undefined, a function, a bigint, NaN, an infinity, half of a surrogate pair)
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return canonicalText(value);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (Number.isFinite(value)) return JSON.stringify(value);
      break;
    case "object": {
      if (value === null) return "null";
      if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(",")}]`;
      const object = value as Record<string, unknown>;
      const keys = Object.keys(object).sort();
      return `{${keys.map((key) => `${canonicalText(key)}:${canonicalJson(object[key])}`).join(",")}}`;
    }
  }
  throw new TypeError(`JSON holds no ${typeof value}`);
}

/** The RFC refuses a lone surrogate: in UTF-8 it would be another character. */
function canonicalText(text: string): string {
  if (!text.isWellFormed()) throw new TypeError("JSON holds no lone surrogate");
  return JSON.stringify(text);
}
