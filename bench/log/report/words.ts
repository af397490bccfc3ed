import type { Figure, Ratio } from "../figures";

/** Milliseconds with the digits that count. */
export function ms(value: number): string {
  if (value >= 10_000) return `${(value / 1_000).toFixed(1)} s`;
  if (value >= 100) return `${Math.round(value).toLocaleString("en-US")} ms`;
  return `${value.toFixed(value >= 10 ? 1 : 2)} ms`;
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString("en-US")}/s`;
}

export function figure(of: Figure | undefined, unit: "ms" | "rows/s"): string {
  if (!of) return "";
  return unit === "ms" ? ms(of.median) : perSecond(of.median);
}

/** How many times, with its interval. */
export function times(of: Ratio | undefined): string {
  if (!of) return "";
  return isKnown(of)
    ? `${plain(of.median)} × (${plain(of.from)} to ${plain(of.to)})`
    : `${plain(of.median)} ×`;
}

export function percent(of: Ratio | undefined): string {
  if (!of) return "";
  const p = (value: number) => `${Math.round(value * 100)} %`;
  return isKnown(of) ? `${p(of.median)} (${p(of.from)} to ${p(of.to)})` : p(of.median);
}

/** Few samples have no interval; in the results' files it is null then. */
function isKnown({ from, to }: Ratio): boolean {
  return Number.isFinite(from) && Number.isFinite(to);
}

function plain(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(value >= 10 ? 1 : 2);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
