/** What the command line asks of `npm run bench`. */
export interface BenchOptions {
  rows: number;
  /** `load`: fill, seal and copy the peer's table, no more. */
  stage: "all" | "load";
  /** The data stay for the next run. */
  keep: boolean;
  /** For CI: few repetitions, results into a folder that is removed, figures that are missing are an error. */
  check: boolean;
  /** After loading, say where the database is and wait for Ctrl-C. */
  hold: boolean;
  /** Names of the groups to measure; empty measures all and writes the results. */
  only: string[];
  /** Forget what an unfinished run has measured. */
  fresh: boolean;
}

/** A command line that cannot be used; the message says what to write. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const usage =
  "Use: npm run bench -- [--rows=1e5|1e6|1e7] [--stage=load] [--keep] [--only=group,…] [--fresh] [--check] [--hold]";

/** @throws UsageError */
export function parseArguments(args: readonly string[]): BenchOptions {
  const options: BenchOptions = {
    rows: 1e6,
    stage: "all",
    keep: false,
    check: false,
    hold: false,
    only: [],
    fresh: false,
  };
  for (const arg of args) {
    const [, name = "", value] = /^--([a-z]+)(?:=(.+))?$/.exec(arg) ?? [];
    if (name === "rows" && value !== undefined) options.rows = rowsOf(value);
    else if (name === "stage" && (value === "load" || value === "all")) options.stage = value;
    else if (name === "only" && value !== undefined) options.only = value.split(",");
    else if (
      value === undefined &&
      (name === "keep" || name === "check" || name === "hold" || name === "fresh")
    )
      options[name] = true;
    else throw new UsageError(`${arg} is not known. ${usage}`);
  }
  return options;
}

function rowsOf(text: string): number {
  const rows = Number(text);
  if (!Number.isSafeInteger(rows) || rows < 10_000 || rows > 1e8)
    throw new UsageError(`--rows takes a whole number from 1e4 to 1e8. ${usage}`);
  return rows;
}

/** A size as the results' files are named: 1e6, 2.5e5. */
export function sizeName(rows: number): string {
  return rows.toExponential().replace("+", "");
}
