import { topOf } from "@/components/audit/chart/scale";
import { ticksOf } from "@/components/audit/chart/ticks";
import type { Grain } from "@/lib/features/analytics/period-rules";
import { columnText, tickText } from "./words";

/** Of a column's room, what the bar leaves free. */
const gap = 0.17;
/** What is not nothing is never invisible: percent of the height. */
const leastHeight = 2.5;
/** Room of a label as a share of the width: of a wide plot, and of a phone's. */
const layouts = [
  { name: "wide", room: 0.12, between: true },
  { name: "phone", room: 0.24, between: false },
] as const;

export interface Series {
  name: string;
  /** One for each column; null where there is nothing to show. */
  values: readonly (number | null)[];
  tone: "answered" | "unanswered" | "time";
}

/** Values over time, drawn by attributes alone; its table says the same to those who do not see it. */
export function ColumnChart({
  title,
  summary,
  starts,
  grain,
  timeZone,
  series,
  format,
}: {
  title: string;
  /** The whole in a sentence. */
  summary: string;
  starts: readonly number[];
  grain: Grain;
  timeZone: string;
  /** From the baseline up. */
  series: readonly Series[];
  format: (value: number | null) => string;
}) {
  const sums = starts.map((_, i) => series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const top = topOf(Math.max(0, ...sums));
  const unit = 100 / starts.length;
  const said = (i: number) =>
    series.map(({ name, values }) => `${name} ${format(values[i] ?? null)}`).join(", ");
  return (
    <section className="analytics-chart" aria-label={title}>
      <h2>{title}</h2>
      <p className="analytics-note">{summary}</p>
      {series.length > 1 ? (
        <ul className="analytics-legend" aria-hidden="true">
          {series.map(({ name, tone }) => (
            <li key={name}>
              <span className={`swatch ${tone}`} />
              {name}
            </li>
          ))}
        </ul>
      ) : null}
      <div className="analytics-plot">
        <span className="analytics-top" aria-hidden="true">
          {format(top)}
        </span>
        <svg className="analytics-bars" aria-hidden="true" shapeRendering="crispEdges">
          {starts.map((at, i) => (
            <g key={at} className="column">
              <title>{`${columnText(at, grain, timeZone)}: ${said(i)}`}</title>
              <rect className="room" x={`${round(unit * i)}%`} width={`${round(unit)}%`} height="100%" />
              {partsOf(series, i, top).map(({ tone, y, height }) => (
                <rect
                  key={tone}
                  className={tone}
                  x={`${round(unit * (i + gap / 2))}%`}
                  y={`${round(y)}%`}
                  width={`${round(unit * (1 - gap))}%`}
                  height={`${round(height)}%`}
                />
              ))}
            </g>
          ))}
        </svg>
      </div>
      {layouts.map(({ name, room, between }) => (
        <svg key={name} className={`analytics-axis ${name}`} aria-hidden="true">
          {ticksOf({ dayCount: starts.length, brush: null, room, between }).map(({ day, at, anchor }) => (
            <text key={day} x={`${round((at / starts.length) * 100)}%`} y="12" textAnchor={anchor}>
              {tickText(starts[day] ?? 0, grain, timeZone)}
            </text>
          ))}
        </svg>
      ))}
      <details className="analytics-details">
        <summary>{title} as a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section aria-label={`${title}, scrollable`} tabIndex={0}>
          <table aria-label={title}>
            <thead>
              <tr>
                <th scope="col">From ({timeZone})</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {starts
                .map((at, i) => (
                  <tr key={at}>
                    <th scope="row">{columnText(at, grain, timeZone)}</th>
                    {series.map(({ name, values }) => (
                      <td key={name}>{format(values[i] ?? null)}</td>
                    ))}
                  </tr>
                ))
                .reverse()}
            </tbody>
          </table>
        </section>
      </details>
    </section>
  );
}

/** The parts of a column in percent of the height, `y` from the top. */
function partsOf(series: readonly Series[], i: number, top: number) {
  let below = 0;
  return series.flatMap(({ tone, values }) => {
    const value = values[i] ?? 0;
    if (value === 0) return [];
    const height = Math.min(Math.max((value / top) * 100, leastHeight), 100 - below);
    below += height;
    return [{ tone, y: 100 - below, height }];
  });
}

/** Enough for any screen, and the same text on the server and in the browser. */
function round(percent: number): number {
  return Math.round(percent * 1_000) / 1_000;
}
