type Wall = { year: number; month: number; day: number; hour: number; minute: number };

/** Zones have a few hundred names; written in other cases they are as many as somebody likes to send. */
const mostFormats = 1_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept: to make one takes longer than to ask it for a year of midnights. */
function formatIn(timeZone: string): Intl.DateTimeFormat {
  const kept = formats.get(timeZone);
  if (kept) return kept;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  });
  if (formats.size >= mostFormats) formats.clear();
  formats.set(timeZone, format);
  return format;
}

function wallTime(atMs: number, timeZone: string): Wall {
  const found: Record<string, number> = {};
  for (const part of formatIn(timeZone).formatToParts(new Date(atMs))) found[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = found;
  return { year, month, day, hour, minute };
}

const asIfUtc = (wall: Wall): number => Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);

/**
 * The instant (milliseconds) at which clocks in the zone show this wall time. A time that a change of clocks
 * skips gives the instant that far after the change; one that comes twice gives the first.
 */
function instantOf(wall: Wall, timeZone: string): number {
  const wanted = asIfUtc(wall);
  const offsetAt = (atMs: number) => asIfUtc(wallTime(atMs, timeZone)) - atMs;
  // The offsets a day to either side are those before and after a change, if there is one.
  const before = wanted - offsetAt(wanted - 86_400_000);
  const after = wanted - offsetAt(wanted + 86_400_000);
  if (asIfUtc(wallTime(before, timeZone)) === wanted) return before;
  if (asIfUtc(wallTime(after, timeZone)) === wanted) return after;
  return before;
}

/** True for a zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    formatIn(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Midnight in the zone, `daysBack` calendar days before the day of `atMs`; milliseconds. */
export function startOfDay(atMs: number, daysBack: number, timeZone: string): number {
  const wall = wallTime(atMs, timeZone);
  return instantOf({ ...wall, day: wall.day - daysBack, hour: 0, minute: 0 }, timeZone);
}

/**
 * The same time of the clock some calendar days and months earlier (negative: later). A month that is too short for the
 * day gives its last day, as 31 May less three months gives 28 February.
 * @param atMs milliseconds; seconds and less are kept
 */
export function sameTimeBefore(
  atMs: number,
  { days = 0, months = 0 }: { days?: number; months?: number },
  timeZone: string,
): number {
  const wall = wallTime(atMs, timeZone);
  const month = wall.month - months;
  const lastDay = new Date(Date.UTC(wall.year, month, 0)).getUTCDate();
  const moved = { ...wall, month, day: Math.min(wall.day, lastDay) - days };
  return instantOf(moved, timeZone) + (((atMs % 60_000) + 60_000) % 60_000);
}

/** The day that clocks in the zone show, `2026-11-20`. */
export function dayIn(atMs: number, timeZone: string): string {
  return localText(atMs, timeZone).slice(0, 10);
}

/** 1 = Monday to 7 = Sunday, in the zone. */
export function weekdayIn(atMs: number, timeZone: string): number {
  return new Date(asIfUtc(wallTime(atMs, timeZone))).getUTCDay() || 7;
}

/** The instant of midnight at which a day such as `2026-11-20` begins in the zone, milliseconds; undefined for no such day. */
export function startOfNamedDay(day: string, timeZone: string): number | undefined {
  const atMs = fromLocalInput(`${day}T00:00`, timeZone);
  // 30 February is the 2nd of March to the calendar.
  return atMs !== undefined && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) ? atMs : undefined;
}

function localText(atMs: number, timeZone: string): string {
  const wall = wallTime(atMs, timeZone);
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${String(wall.year).padStart(4, "0")}-${two(wall.month)}-${two(wall.day)}`;
  return `${date}T${two(wall.hour)}:${two(wall.minute)}`;
}

/** The value of a `datetime-local` field for an instant: `2026-11-20T14:41`; empty for what is no time. */
export function toLocalInput(iso: string | undefined, timeZone: string): string {
  const atMs = Date.parse(iso ?? "");
  return Number.isNaN(atMs) ? "" : localText(atMs, timeZone);
}

/** The instant of a `datetime-local` value in the zone, milliseconds; undefined when it is no such value. */
export function fromLocalInput(text: string, timeZone: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = match.slice(1).map(Number);
  const instant = instantOf({ year, month, day, hour, minute }, timeZone);
  return Number.isFinite(instant) ? instant : undefined;
}
