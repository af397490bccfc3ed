const dayMs = 86_400_000;
const minuteMs = 60_000;

/** A day of somebody's calendar. */
export interface LocalDay {
  year: number;
  month: number;
  day: number;
  weekend: boolean;
}

/** Wall-clock parts of a moment in a time zone. */
function partsIn(zone: string, at: number): Record<string, number> {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
}

/** What the wall clock of the zone is ahead of UTC at this moment, in milliseconds. */
function offsetOf(zone: string, at: number): number {
  const p = partsIn(zone, at);
  const wall = Date.UTC(p.year ?? 0, (p.month ?? 1) - 1, p.day, p.hour, p.minute, p.second);
  return wall - Math.floor(at / 1000) * 1000;
}

/**
 * The moment at which the zone's clock shows so many minutes after midnight of that day.
 * @returns milliseconds since 1970; in the hour that a change of clocks skips, an hour later
 */
export function momentOf(zone: string, day: LocalDay, minutes: number): number {
  const wall = Date.UTC(day.year, day.month - 1, day.day) + Math.round(minutes * minuteMs);
  // The offset is asked for where the moment lies, which the first guess misses only next to a change of clocks.
  const guess = wall - offsetOf(zone, wall);
  return wall - offsetOf(zone, guess);
}

/** The days that `from` to `until` touches in a zone, in order. */
export function daysIn(zone: string, from: number, until: number): LocalDay[] {
  const days: LocalDay[] = [];
  let last = "";
  for (let at = from; at < until + dayMs; at += dayMs / 2) {
    const p = partsIn(zone, Math.min(at, until));
    const day = { year: p.year ?? 0, month: p.month ?? 1, day: p.day ?? 1 };
    const key = `${day.year}-${day.month}-${day.day}`;
    if (key === last) continue;
    last = key;
    const weekday = new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
    days.push({ ...day, weekend: weekday === 0 || weekday === 6 });
  }
  return days;
}
