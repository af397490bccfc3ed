import type { ActionType, AuditHistogram, TypeCounts } from "../types";

/** From the baseline up, as in the legend from the top down. */
export const CHART_TYPES: readonly ActionType[] = ["access", "created", "updated", "deleted"];

const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
const LEAST_TOP = 5;
/** A day with an event is never invisible: at least about a pixel. */
const LEAST_HEIGHT = 2.5;

export function sumOf(counts: TypeCounts): number {
  return CHART_TYPES.reduce((sum, type) => sum + counts[type], 0);
}

export function highestOf(days: AuditHistogram["days"]): number {
  return days.reduce((highest, { counts }) => Math.max(highest, sumOf(counts)), 0);
}

/** The round number at the top of the y-axis: at least the highest bar, and less than twice it. */
export function topOf(highest: number): number {
  if (highest <= LEAST_TOP) return LEAST_TOP;
  const power = 10 ** Math.floor(Math.log10(highest));
  const tops = STEPS.map((step) => Math.round(step * power)).filter((top) => top >= highest);
  return tops[0] ?? power * 10;
}

export type Segment = { type: ActionType; y: number; height: number };

/** The parts of a day's bar in percent of the plot's height, `y` from the top. Parts without events are left out. */
export function segmentsOf(counts: TypeCounts, top: number): Segment[] {
  const sum = sumOf(counts);
  if (sum === 0) return [];
  const whole = Math.min(Math.max((sum / top) * 100, LEAST_HEIGHT), 100);
  let below = 0;
  return CHART_TYPES.filter((type) => counts[type] > 0).map((type) => {
    const height = (counts[type] / sum) * whole;
    below += height;
    return { type, y: 100 - below, height };
  });
}
