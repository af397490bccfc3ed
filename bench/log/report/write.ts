import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../../scripts/serve/root";
import { sizeName } from "../arguments";
import { counted, say } from "../progress";
import { markdownOf, targetsTable } from "./markdown";
import { plotSvg } from "./plot";
import { type BenchResult, measuredAs, newestResults } from "./result";
import { type TargetRow, targetRows } from "./targets";

const resultsFolder = path.join(root, "bench", "results");
const marks = ["<!-- bench: begin -->", "<!-- bench: end -->"] as const;

/** The readers that are drawn against the size of the log. */
const plots = [
  { id: "older-50", file: "page-at-50.svg", title: "A page in the middle of the log" },
  { id: "total-unfiltered", file: "total.svg", title: "Total and histogram; the peer's count" },
  { id: "dropdowns", file: "dropdowns.svg", title: "Choices of the dropdowns" },
  { id: "guru-rarest-actor-rarest", file: "two-rare-filters.svg", title: "A page under two rare filters" },
] as const;

/** The newest smaller and equal results of the same folder. */
function smallerThan({ rows }: BenchResult, all: readonly BenchResult[]): BenchResult | undefined {
  return all.find((other) => other.rows === rows / 10);
}

/** Writes the result, its table, the plots over all sizes and the README's section. @returns the targets */
export function writeResult(result: BenchResult, folder = resultsFolder): TargetRow[] {
  mkdirSync(folder, { recursive: true });
  const name = `${result.at.slice(0, 10)}-${sizeName(result.rows)}`;
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(result, null, 1)}\n`);
  const all = newestResults(folder);
  const targets = targetRows(result, smallerThan(result, all));
  writeFileSync(path.join(folder, `${name}.md`), markdownOf(result, targets));
  for (const plot of plots) {
    const points = (side: "ours" | "peer") =>
      all.flatMap((of) => {
        const figure = measuredAs(of, plot.id)?.[side];
        return figure ? [{ rows: of.rows, median: figure.median, p95: figure.p95 }] : [];
      });
    writeFileSync(
      path.join(folder, plot.file),
      plotSvg({ title: plot.title, ours: points("ours"), peer: points("peer") }),
    );
  }
  say(`Results: ${path.join(folder, name)}.json and .md`);
  if (folder === resultsFolder) writeReadme(all);
  return targets;
}

/** README's section on performance, between its marks: the table of the largest log, and the plots. */
function writeReadme(all: readonly BenchResult[]): void {
  const largest = all.at(-1);
  if (!largest) return;
  const file = path.join(root, "README.md");
  const text = readFileSync(file, "utf8");
  const [before, after] = [text.indexOf(marks[0]), text.indexOf(marks[1])];
  if (before < 0 || after < before) throw new Error(`README.md has lost the marks ${marks.join(" ")}`);
  const { machine, versions, rows, at } = largest;
  const section = [
    `A log of ${counted(rows)} events on ${machine.cpus} cores (${machine.model}, ${machine.memoryGiB} GiB, Postgres ${versions.postgres}), measured on ${at.slice(0, 10)}.`,
    "*The peer* is a well-known product's table and queries on the same events, *raw limit* what the machine can do without us.",
    targetsTable(targetRows(largest, smallerThan(largest, all))),
    plots.map((plot) => `![${plot.title}](bench/results/${plot.file})`).join("\n"),
  ].join("\n\n");
  writeFileSync(file, `${text.slice(0, before)}${marks[0]}\n${section}\n${text.slice(after)}`);
}

/** What a check must have: a figure on every line but the growth, which takes two runs. @returns what is missing */
export function missingFigures(targets: readonly TargetRow[]): string[] {
  return targets.filter((t) => t.measured === "" && !t.reader.includes("growth")).map((t) => t.reader);
}
