const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Zones have a few hundred names; written in other cases they are as many as somebody likes to send. */
const mostFormats = 1_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The parts of a moment in a zone. Kept: to make one takes longer than to format a page's times with it.
 * @throws RangeError for a zone that this runtime does not know
 */
function formatIn(timeZone: string): Intl.DateTimeFormat {
  const kept = formats.get(timeZone);
  if (kept) return kept;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "numeric",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  if (formats.size >= mostFormats) formats.clear();
  formats.set(timeZone, format);
  return format;
}

/** The zone when this runtime knows it, else `UTC`. */
export function knownTimeZone(name: string | null | undefined): string {
  if (!name) return "UTC";
  try {
    return formatIn(name).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return "UTC";
    throw error;
  }
}

/** "38 s ago", "2 min ago", "3 h ago", "5 d ago". A time in the future (clocks differ) reads "just now". */
export function relativeTime(atMs: number, nowMs: number): string {
  const age = nowMs - atMs;
  if (age < 1_000) return "just now";
  if (age < MINUTE_MS) return `${Math.floor(age / 1_000)} s ago`;
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min ago`;
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)} h ago`;
  return `${Math.floor(age / DAY_MS)} d ago`;
}

type Parts = Record<"day" | "month" | "year" | "hour" | "minute" | "second" | "timeZoneName", string>;

/* Month names are ours: a browser and the server may carry different ones ("Sep", "Sept"). */
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function partsIn(at: Date, timeZone: string): Parts {
  const found: Partial<Parts> = {};
  for (const part of formatIn(timeZone).formatToParts(at)) {
    if (part.type !== "literal") found[part.type as keyof Parts] = part.value;
  }
  return {
    day: String(Number(found.day ?? "1")),
    month: MONTHS[Number(found.month ?? "1") - 1] ?? "Jan",
    year: found.year ?? "",
    hour: found.hour ?? "00",
    minute: found.minute ?? "00",
    second: found.second ?? "00",
    timeZoneName: found.timeZoneName ?? timeZone,
  };
}

export type TimeStyle = "date" | "minutes" | "seconds" | "milliseconds";

/** An absolute time with its zone: "20 Nov 2026, 14:41:52 CET"; `date` leaves out time and zone. */
export function absoluteTime(iso: string, timeZone: string, style: TimeStyle = "seconds"): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const p = partsIn(at, timeZone);
  const date = `${p.day} ${p.month} ${p.year}`;
  if (style === "date") return date;
  const minutes = `${p.hour}:${p.minute}`;
  if (style === "minutes") return `${date}, ${minutes} ${p.timeZoneName}`;
  const ms = style === "milliseconds" ? `.${String(at.getUTCMilliseconds()).padStart(3, "0")}` : "";
  return `${date}, ${minutes}:${p.second}${ms} ${p.timeZoneName}`;
}

/** "20 Nov 2026, 11:06 – 14:41 CET" on one day, "18 Nov, 09:13 – 20 Nov 2026, 14:41 CET" across days. */
export function timeSpan(oldestIso: string, newestIso: string, timeZone: string): string {
  const a = partsIn(new Date(oldestIso), timeZone);
  const b = partsIn(new Date(newestIso), timeZone);
  const end = `${b.hour}:${b.minute} ${b.timeZoneName}`;
  const endDate = `${b.day} ${b.month} ${b.year}`;
  if (a.day === b.day && a.month === b.month && a.year === b.year) {
    return `${endDate}, ${a.hour}:${a.minute} – ${end}`;
  }
  const year = a.year === b.year ? "" : ` ${a.year}`;
  return `${a.day} ${a.month}${year}, ${a.hour}:${a.minute} – ${endDate}, ${end}`;
}
