import type { CutValue, JsonObject, JsonValue } from "./types";

/** A recorded value as text: strings as they are, everything else as JSON; null for "no value". */
export function valueText(value: JsonValue): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  return JSON.stringify(value, null, 2);
}

/** A list of plain texts, one a line; undefined for any other value. A text of several lines could be taken for several. */
export function listText(value: JsonValue): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const plain = value.every((each) => typeof each === "string" && !/[\r\n]/.test(each));
  return plain ? value.join("\n") : undefined;
}

/** What the store keeps of a value that was too long; undefined for any other value. */
export function cutValue(value: JsonValue): CutValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { length, sha256, cut: kept, ...others } = value as JsonObject;
  if (typeof length !== "number" || typeof sha256 !== "string" || !/^[0-9a-f]{64}$/i.test(sha256))
    return undefined;
  if (Object.keys(others).length > 0 || (kept !== undefined && typeof kept !== "string")) return undefined;
  return { length, sha256, ...(kept === undefined ? {} : { cut: kept }) };
}

/** "cut, 12,345 characters, SHA-256 9f3c…" */
export function cutText(cut: CutValue): string {
  return `cut, ${cut.length.toLocaleString("en-US")} characters, SHA-256 ${cut.sha256}`;
}
