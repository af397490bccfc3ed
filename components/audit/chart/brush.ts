import type { DaySpan } from "./days";

/** What a drag does: draws a new range, moves the present one, or moves one of its ends. */
export type DragKind = "create" | "move" | "start" | "end";
export type Handle = "start" | "end";

type Drag = {
  kind: DragKind;
  /** Where it began and where it is, in days from the left edge. */
  from: number;
  at: number;
  /** What was chosen before. */
  span: DaySpan;
  dayCount: number;
};

const within = (low: number, value: number, high: number) => Math.min(Math.max(value, low), high);

/** The days that a drag chooses. An end that is pulled past the other becomes the other. */
export function dragged({ kind, from, at, span, dayCount }: Drag): DaySpan {
  const last = dayCount - 1;
  if (kind === "create") {
    const cell = (where: number) => within(0, Math.floor(where), last);
    return { from: cell(Math.min(from, at)), to: cell(Math.max(from, at)) };
  }
  if (kind === "move") {
    const by = within(-span.from, Math.round(at - from), last - span.to);
    return { from: span.from + by, to: span.to + by };
  }
  const edge = within(0, Math.round(at), dayCount);
  const fixed = kind === "start" ? span.to + 1 : span.from;
  if (edge === fixed) return kind === "start" ? { from: span.to, to: span.to } : { from: fixed, to: fixed };
  return { from: Math.min(edge, fixed), to: Math.max(edge, fixed) - 1 };
}

const DAYS_BY_KEY: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -7,
  PageUp: 7,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/**
 * The days that a key chooses on one of the two sliders; by keyboard neither end passes the other.
 * @returns null for keys that a slider has no use for
 */
export function stepped(span: DaySpan, handle: Handle, key: string, dayCount: number): DaySpan | null {
  const by = DAYS_BY_KEY[key];
  if (by === undefined) return null;
  return handle === "start"
    ? { ...span, from: within(0, span.from + by, span.to) }
    : { ...span, to: within(span.from, span.to + by, dayCount - 1) };
}

/** Where on the plot something is, in days from the left edge, which is never outside. */
export function dayAt(clientX: number, box: { left: number; width: number }, dayCount: number): number {
  if (box.width <= 0) return 0;
  return within(0, ((clientX - box.left) / box.width) * dayCount, dayCount);
}
