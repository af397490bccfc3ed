import type { DaySpan } from "./days";
import { ticksOf } from "./ticks";
import { shortDate, spanText } from "./words";

type Props = { days: readonly string[]; brush: DaySpan | null };

/** Room of a date as a share of the width: of the narrowest plot beside a legend, and of a phone's. */
const LAYOUTS = [
  { name: "wide", room: 0.1, between: true },
  { name: "phone", room: 0.17, between: false },
] as const;

/** The dates under the bars, as each layout has room for them. */
export function ChartAxis({ days, brush }: Props) {
  return LAYOUTS.map(({ name, room, between }) => (
    <svg key={name} className={`chart-axis ${name}`} aria-hidden="true">
      {ticksOf({ dayCount: days.length, brush, room, between }).map(({ day, to, at, anchor, on }) => (
        <text
          key={day}
          x={`${(at / days.length) * 100}%`}
          y="12"
          textAnchor={anchor}
          className={on ? "on" : undefined}
        >
          {to === undefined ? shortDate(days[day]) : withoutYear(spanText(days, { from: day, to }))}
        </text>
      ))}
    </svg>
  ));
}

function withoutYear(text: string): string {
  return text.replaceAll(/ \d{4}/g, "");
}
