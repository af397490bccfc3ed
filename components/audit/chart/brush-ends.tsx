import type { KeyboardEvent } from "react";
import type { Handle } from "./brush";
import type { Coverage } from "./days";
import { dateText } from "./words";

type Props = {
  days: readonly string[];
  /** What is chosen; null where the range holds none of the days. */
  coverage: Coverage | null;
  /** Whether a range is chosen at all: without one nothing is tinted. */
  isRange: boolean;
  pending: boolean;
  describedBy: string;
  onKey: (handle: Handle, event: KeyboardEvent) => void;
};

/** The range over the bars: its tint lies behind them, its two ends are sliders. */
export function BrushTint({ days, coverage, isRange, pending }: Omit<Props, "describedBy" | "onKey">) {
  if (!coverage || !isRange) return null;
  const { start, end } = coverage;
  const at = (day: number) => `${(day / days.length) * 100}%`;
  return (
    <svg className={pending ? "chart-tint pending" : "chart-tint"} aria-hidden="true">
      <rect x={at(start)} width={at(end - start)} height="100%" />
      <line x1={at(start)} x2={at(start)} y1="0" y2="100%" />
      <line x1={at(end)} x2={at(end)} y1="0" y2="100%" />
    </svg>
  );
}

export function BrushEnds({ days, coverage, pending, describedBy, onKey }: Props) {
  const last = days.length - 1;
  const span = coverage?.span ?? { from: 0, to: last };
  const ends = [
    { handle: "start", label: "Range start", day: span.from, at: coverage?.start ?? 0 },
    { handle: "end", label: "Range end", day: span.to, at: coverage?.end ?? days.length },
  ] as const;
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: no picture but the frame of two sliders, which have names
    <svg className="chart-ends">
      {ends.map(({ handle, label, day, at }) => (
        // biome-ignore lint/a11y/noSvgWithoutTitle: only a place to draw from
        <svg key={handle} x={`${(at / days.length) * 100}%`} y="50%" overflow="visible">
          <g
            role="slider"
            tabIndex={0}
            className="chart-end"
            data-handle={handle}
            aria-label={label}
            aria-orientation="horizontal"
            aria-valuemin={0}
            aria-valuemax={last}
            aria-valuenow={day}
            aria-valuetext={`${dateText(days[day])}${pending ? ", not applied yet" : ""}`}
            aria-describedby={describedBy}
            onKeyDown={(event) => onKey(handle, event)}
          >
            {/* The room to take hold of lies outside the range, so that the ends of a short one do not cover each other. */}
            <rect className="hold" x={handle === "start" ? -16 : -8} y={-28} width={24} height={56} />
            <rect className="ring" x={-6.5} y={-12} width={13} height={24} rx={6} />
            <rect className="grip" x={-3.5} y={-9} width={7} height={18} rx={3.5} />
            <path className="line" d="M0-4.5v9" />
          </g>
        </svg>
      ))}
    </svg>
  );
}
