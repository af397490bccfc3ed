import type { DaySpan } from "./days";

export type Tick = {
  /** Index of the day whose date it is, or the first and last of two that share a tick. */
  day: number;
  to?: number;
  /** In days from the left edge. */
  at: number;
  anchor: "start" | "middle" | "end";
  /** An end of the brush. */
  on: boolean;
};

type Wanted = {
  dayCount: number;
  /** Days that the brush covers; null when it is not drawn. */
  brush: DaySpan | null;
  /** Room that a date takes, with its gap, as a share of the width. */
  room: number;
  /** Whether dates stand between the ends too. */
  between: boolean;
};

/**
 * The dates under the chart. The ends of the brush come first, then the ends of the chart, then what lies between at
 * even distances, each where it meets none of those before.
 */
export function ticksOf({ dayCount, brush, room, between }: Wanted): Tick[] {
  const last = dayCount - 1;
  const label = room * dayCount;
  const taken: { tick: Tick; left: number; right: number }[] = [];
  const add = (tick: Omit<Tick, "anchor">, width = label) => {
    const placed = inside(tick.at, width, dayCount);
    const meets = taken.some((other) => placed.left < other.right && other.left < placed.right);
    if (!meets) taken.push({ tick: { ...tick, anchor: placed.anchor }, ...placed });
  };
  if (brush) {
    const { from, to } = brush;
    const left = inside(from, label, dayCount);
    const right = inside(to + 1, label, dayCount);
    if (from === to) add({ day: from, at: from + 0.5, on: true });
    else if (left.right <= right.left) {
      add({ day: from, at: from, on: true });
      add({ day: to, at: to + 1, on: true });
    } else add({ day: from, to, at: (from + to + 1) / 2, on: true }, label * 2);
  }
  if (last >= 0) {
    add({ day: 0, at: 0, on: false });
    if (last > 0) add({ day: last, at: dayCount, on: false });
  }
  const step = Math.max(1, Math.floor(dayCount / 6));
  for (let day = step; between && day < last; day += step) add({ day, at: day, on: false });
  return taken.map(({ tick }) => tick).sort((a, b) => a.at - b.at);
}

/** Where a label of that width stands so that it does not leave the chart. */
function inside(at: number, width: number, dayCount: number) {
  if (at - width / 2 < 0) return { anchor: "start" as const, left: at, right: at + width };
  if (at + width / 2 > dayCount) return { anchor: "end" as const, left: at - width, right: at };
  return { anchor: "middle" as const, left: at - width / 2, right: at + width / 2 };
}
