import { counted } from "../progress";
import { ms } from "./words";

interface Point {
  rows: number;
  median: number;
  p95: number;
}

export interface Plot {
  title: string;
  ours: Point[];
  peer: Point[];
}

const size = { width: 640, height: 360, left: 74, right: 24, top: 54, bottom: 48 };

/**
 * Latency against size, both on logarithmic scales: a line for ours, one for the peer's, from the median up to the p95.
 * Without a background of its own and in colours that both a light and a dark page carry.
 */
export function plotSvg({ title, ours, peer }: Plot): string {
  const all = [...ours, ...peer];
  const [fewest, most] = [Math.min(...all.map((p) => p.rows)), Math.max(...all.map((p) => p.rows))];
  // Room on both sides, so that no point lies on the edge.
  const x = scale(fewest / 1.5, most * 1.5, size.left, size.width - size.right);
  const lowest = decadeBelow(Math.min(...all.map((p) => p.median)));
  const highest = decadeAbove(Math.max(...all.map((p) => p.p95)));
  const y = scale(lowest, highest, size.height - size.bottom, size.top);
  const gridY = decades(lowest, highest).map(
    (v) => `<path class="grid" d="M${size.left} ${y(v)}H${size.width - size.right}"/>
  <text class="tick" x="${size.left - 8}" y="${y(v) + 4}" text-anchor="end">${v >= 1 ? ms(v).replace(".00", "").replace(".0", "") : `${v} ms`}</text>`,
  );
  const gridX = decades(decadeBelow(fewest), decadeAbove(most))
    .filter((v) => v >= fewest / 1.5 && v <= most * 1.5)
    .map(
      (v) =>
        `<text class="tick" x="${x(v)}" y="${size.height - size.bottom + 20}" text-anchor="middle">${counted(v)}</text>`,
    );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}: ${spoken(ours, peer)}">
<title>${title}</title>
<style>
  text { font: 13px system-ui, sans-serif; fill: #57606a }
  .title { font-size: 15px; font-weight: 600; fill: #24292f }
  .grid { stroke: #8c959f; stroke-opacity: .35; fill: none }
  .ours { stroke: #0969da; fill: #0969da } .peer { stroke: #bc4c00; fill: #bc4c00 }
  path.ours, path.peer { fill: none; stroke-width: 2 } text.ours, text.peer { stroke: none; font-weight: 600 }
  .peer { stroke-dasharray: 6 4 } circle { stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 } .title { fill: #f0f6fc }
    .ours { stroke: #4493f8; fill: #4493f8 } .peer { stroke: #db6d28; fill: #db6d28 } path.ours, path.peer { fill: none }
  }
</style>
<text class="title" x="${size.left}" y="24">${title}</text>
<text x="${size.left}" y="42">median, and the bar up to the p95; events in the log below</text>
${[...gridY, ...gridX].join("\n")}
${series("peer", "the peer", peer, x, y)}
${series("ours", "Gurulog", ours, x, y)}
</svg>
`;
}

function series(
  name: string,
  label: string,
  points: Point[],
  x: (v: number) => number,
  y: (v: number) => number,
): string {
  const last = points.at(-1);
  if (!last) return "";
  const line = points.map((p, i) => `${i === 0 ? "M" : "L"}${x(p.rows)} ${y(p.median)}`).join("");
  const bars = points.map((p) => `M${x(p.rows)} ${y(p.median)}V${y(p.p95)}`).join("");
  const dots = points
    .map((p) => `<circle class="${name}" cx="${x(p.rows)}" cy="${y(p.median)}" r="4"/>`)
    .join("");
  return `<path class="${name}" d="${line}"/><path class="${name}" d="${bars}"/>${dots}
<text class="${name}" x="${x(last.rows) - 10}" y="${y(last.median) - 10}" text-anchor="end">${label} ${ms(last.median)}</text>`;
}

/** A logarithmic scale, to tenths of a pixel. */
function scale(from: number, to: number, begin: number, end: number): (value: number) => number {
  const span = Math.log10(to) - Math.log10(from);
  return (value) =>
    Math.round((begin + ((Math.log10(value) - Math.log10(from)) / span) * (end - begin)) * 10) / 10;
}

const decadeBelow = (value: number) => 10 ** Math.floor(Math.log10(value));
/** A decade more where the value lies on one: no line ends on the edge. */
const decadeAbove = (value: number) => 10 ** (Math.floor(Math.log10(value)) + 1);

function decades(from: number, to: number): number[] {
  const count = Math.round(Math.log10(to / from));
  return Array.from({ length: count + 1 }, (_, i) => Number((from * 10 ** i).toPrecision(6)));
}

function spoken(ours: Point[], peer: Point[]): string {
  const say = (points: Point[]) => points.map((p) => `${ms(p.median)} at ${counted(p.rows)}`).join(", ");
  return `Gurulog ${say(ours)}; the peer ${say(peer)}`;
}
