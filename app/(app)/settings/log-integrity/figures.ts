/** "1.5 GiB"; binary units, as disks are measured by the system. */
export function bytesText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${units[unit]}`;
}

export function countText(count: number): string {
  return Math.floor(count).toLocaleString("en-US");
}

/** "1 event", "1,234 events". */
export function amount(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${Math.floor(count) === 1 ? one : many}`;
}

/** "0.4 s", "12 s", "3 min", "2 h". */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return `${countText(seconds / 3_600)} h`;
}

/** How long the free space lasts; beyond ten years it is no figure any more. */
export function daysLeftText(days: number | null): string {
  if (days === null) return "No growth to measure";
  if (days > 3_650) return "More than ten years";
  return `About ${amount(days, "day")}`;
}
