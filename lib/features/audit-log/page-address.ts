import { type AuditFilter, filterParams } from "@/lib/audit/query/filter";

/** Place of an event in the order of time, as a page's address carries it. */
export interface Place {
  /** Microseconds since 1970 as decimal text. */
  micros: string;
  id: string;
}

const shape = /^(\d{1,17})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function placeText({ micros, id }: Place): string {
  return `${micros}-${id}`;
}

/** @returns null for anything that is not a place; the page then begins at the newest event */
export function placeOf(text: string | null | undefined): Place | null {
  const [, micros, id] = shape.exec(text ?? "") ?? [];
  return micros !== undefined && id !== undefined ? { micros, id } : null;
}

/** The address of another page of the same filter, relative to the page's own. */
export function pageHref(filter: AuditFilter, towards: "older" | "newer", place: Place): string {
  const params = new URLSearchParams(filterParams(filter));
  params.set(towards, placeText(place));
  return `?${params}`;
}
