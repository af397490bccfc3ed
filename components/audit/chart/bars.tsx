import { memo } from "react";
import type { AuditHistogram } from "../types";
import type { DaySpan } from "./days";
import { segmentsOf, sumOf } from "./scale";
import { dayText } from "./words";

/** Of a day's room, what the bar leaves free. */
const GAP = 0.17;

type Props = {
  days: AuditHistogram["days"];
  top: number;
  /** The days of the applied range; the others are plain grey. */
  applied: DaySpan | null;
  exact: boolean;
};

/** A bar a day, drawn by attributes only. The table says the same to those who do not see it. */
export const Bars = memo(function Bars({ days, top, applied, exact }: Props) {
  const unit = 100 / days.length;
  const width = `${round(unit * (1 - GAP))}%`;
  return (
    <svg className="chart-bars" aria-hidden="true" shapeRendering="crispEdges">
      {days.map(({ day, counts }, index) => {
        const isIn = applied !== null && index >= applied.from && index <= applied.to;
        const x = `${round(unit * (index + GAP / 2))}%`;
        return (
          <g key={day} className={isIn ? "day" : "day out"} data-day={day} data-count={sumOf(counts)}>
            <title>{dayText(day, counts, exact)}</title>
            <rect className="room" x={`${round(unit * index)}%`} width={`${round(unit)}%`} height="100%" />
            {segmentsOf(counts, top).map(({ type, y, height }) => (
              <rect
                key={type}
                className={`bar-${type}`}
                x={x}
                y={`${round(y)}%`}
                width={width}
                height={`${round(height)}%`}
              />
            ))}
          </g>
        );
      })}
    </svg>
  );
});

/** Enough for a plot of any screen, and the same text on the server and in the browser. */
function round(percent: number): number {
  return Math.round(percent * 1_000) / 1_000;
}
