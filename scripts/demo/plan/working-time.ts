import { daysIn, momentOf } from "../calendar";
import type { Period } from "./act";

const zone = "Europe/Oslo";
const opens = 8 * 60;
const closes = 17 * 60;

/** Less working time than this, and the story would be told within the hour that the plan keeps for its end. */
const leastMs = 4 * 3_600_000;

/**
 * The company's working hours in the period, one after the other, as a scale from 0 to 1: events of the story keep their
 * order and fall into working hours, however long the period is.
 */
export function workingTime({ start, end }: Period): (position: number) => number {
  const spans = daysIn(zone, start, end)
    .filter((day) => !day.weekend)
    .map((day) => ({
      from: Math.max(start, momentOf(zone, day, opens)),
      to: Math.min(end, momentOf(zone, day, closes)),
    }))
    .filter(({ from, to }) => from < to);
  const total = (parts: typeof spans): number => parts.reduce((sum, { from, to }) => sum + to - from, 0);
  // A period that is nearly all weekend, on a Monday morning perhaps, is used as it is.
  const used = total(spans) < leastMs ? [{ from: start, to: end }] : spans;
  const whole = total(used);
  return (position) => {
    let rest = Math.min(1, Math.max(0, position)) * whole;
    for (const { from, to } of used) {
      if (rest <= to - from) return Math.round(from + rest);
      rest -= to - from;
    }
    return end;
  };
}

/** The first night hour (02:47 UTC) at or after a position of the period; the position itself if none is left. */
export function nightAt({ start, end }: Period, position: number): number {
  const at = start + position * (end - start);
  const day = 86_400_000;
  const night = Math.ceil((at - 167 * 60_000) / day) * day + 167 * 60_000;
  return night < end - 600_000 ? night : at;
}
