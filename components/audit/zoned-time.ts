type Wall = { year: number; month: number; day: number; hour: number; minute: number };

function wallTime(atMs: number, timeZone: string): Wall {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  });
  const found: Record<string, number> = {};
  for (const part of format.formatToParts(new Date(atMs))) found[part.type] = Number(part.value);
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

/** Midnight in the zone, `daysBack` calendar days before the day of `atMs`; milliseconds. */
export function startOfDay(atMs: number, daysBack: number, timeZone: string): number {
  const wall = wallTime(atMs, timeZone);
  return instantOf({ ...wall, day: wall.day - daysBack, hour: 0, minute: 0 }, timeZone);
}

/** The value of a `datetime-local` field for an instant: `2026-11-20T14:41`; empty for what is no time. */
export function toLocalInput(iso: string | undefined, timeZone: string): string {
  const atMs = Date.parse(iso ?? "");
  if (Number.isNaN(atMs)) return "";
  const wall = wallTime(atMs, timeZone);
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${String(wall.year).padStart(4, "0")}-${two(wall.month)}-${two(wall.day)}`;
  return `${date}T${two(wall.hour)}:${two(wall.minute)}`;
}

/** The instant of a `datetime-local` value in the zone, milliseconds; undefined when it is no such value. */
export function fromLocalInput(text: string, timeZone: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = match.slice(1).map(Number);
  const instant = instantOf({ year, month, day, hour, minute }, timeZone);
  return Number.isFinite(instant) ? instant : undefined;
}
