import { type AuditFilter, filterParams, parseTime } from "@/lib/audit/query/filter";

/** Place of an event in the order of time, as a page's address carries it. */
export interface Place {
  /** Microseconds since 1970 as decimal text. */
  micros: string;
  id: string;
}

const shape = /^(\d{1,17})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Before every event. */
export const placeOfNothing = "0-00000000-0000-0000-0000-000000000000";

export function placeText({ micros, id }: Place): string {
  return `${micros}-${id}`;
}

/** The moment of a place: RFC 3339 in UTC with milliseconds. */
export function timeOf({ micros }: Place): string {
  return new Date(Number(BigInt(micros) / 1_000n)).toISOString();
}

/** @returns null for anything that is not a place; the page then begins at the newest event */
export function placeOf(text: string | null | undefined): Place | null {
  const [, micros, id] = shape.exec(text ?? "") ?? [];
  return micros !== undefined && id !== undefined ? { micros, id } : null;
}

/**
 * The place right after a moment: what is older than it happened at the moment's millisecond or before.
 * @param text RFC 3339
 * @returns null for anything that is not a time; the page then begins at the newest event
 */
export function placeAfter(text: string | null | undefined): Place | null {
  const time = parseTime(text ?? "");
  if (time === undefined) return null;
  const afterMs = Math.max(Date.parse(time) + 1, 0);
  return { micros: String(BigInt(afterMs) * 1_000n), id: "00000000-0000-0000-0000-000000000000" };
}

/** The address of another page of the same filter, relative to the page's own. */
export function pageHref(filter: AuditFilter, towards: "older" | "newer", place: Place): string {
  const params = new URLSearchParams(filterParams(filter));
  params.set(towards, placeText(place));
  return `?${params}`;
}
