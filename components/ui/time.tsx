"use client";
import { useNowMs } from "./clock";
import { absoluteTime, relativeTime, type TimeStyle } from "./time-format";

/** "38 s ago" with the absolute time and zone on hover. `now` is the server's clock at render. */
export function RelativeTime({ value, now, timeZone }: { value: string; now: string; timeZone: string }) {
  const nowMs = useNowMs(Date.parse(now));
  return (
    <time dateTime={value} title={absoluteTime(value, timeZone)}>
      {relativeTime(Date.parse(value), nowMs)}
    </time>
  );
}

/** The absolute time with its zone; UTC on hover. */
export function AbsoluteTime({
  value,
  timeZone,
  precision = "seconds",
}: {
  value: string;
  timeZone: string;
  precision?: TimeStyle;
}) {
  return (
    <time dateTime={value} title={absoluteTime(value, "UTC", precision === "date" ? "seconds" : precision)}>
      {absoluteTime(value, timeZone, precision)}
    </time>
  );
}
