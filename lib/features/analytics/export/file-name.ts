import type { AnalyticsFormat, Interval } from "../schemas";

const extensions: Record<AnalyticsFormat, string> = { xlsx: "xlsx", csv: "zip", json: "json" };

/**
 * What an export is called: `analytics_<guru>_<range>_<unix seconds>`.
 * @param slug of the guru: letters, digits and dashes
 */
export function analyticsFileName(
  slug: string,
  asked: { interval: Interval; from?: string | undefined; to?: string | undefined },
  format: AnalyticsFormat,
  atMs: number,
): string {
  const range = asked.interval === "custom" ? `${asked.from}_${asked.to}` : asked.interval;
  return `analytics_${slug}_${range}_${Math.floor(atMs / 1_000)}.${extensions[format]}`;
}
