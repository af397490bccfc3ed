import { counted, spoken } from "../progress";
import type { GroupResult } from "../run-file";
import type { Measured } from "../sampling";
import type { BenchResult } from "./result";
import type { TargetRow } from "./targets";
import { figure, ms, percent, perSecond, table, times } from "./words";

/** A run as a text: the targets, then every figure. */
export function markdownOf(result: BenchResult, targets: readonly TargetRow[]): string {
  const { machine, versions, rows, at } = result;
  return `${[
    `# ${counted(rows)} events, ${at.slice(0, 10)}`,
    `${machine.cpus} × ${machine.model}, ${machine.memoryGiB} GiB, ${machine.system}; Node ${versions.node}, Postgres ${versions.postgres}, Gurulog ${versions.product}. ` +
      "How to read and repeat this: [bench/README.md](../README.md).",
    "## Targets",
    targetsTable(targets),
    "## Loading",
    table(
      ["stage", "events", "time", "rate"],
      result.loaded.stages.map(({ name, events, tookMs }) =>
        events > 0
          ? [name, counted(events), spoken(tookMs), perSecond((events / tookMs) * 1_000)]
          : [name, "", "in an earlier run", ""],
      ),
    ),
    ...result.groups.flatMap((group) => [`## ${group.name}`, groupTable(group)]),
  ].join("\n\n")}\n`;
}

export function targetsTable(targets: readonly TargetRow[]): string {
  const met = (value: boolean | null) => (value === null ? "–" : value ? "met" : "**not met**");
  return table(
    ["reader or writer", "target", "measured", "the peer", "raw limit", ""],
    targets.map((t) => [t.reader, t.target, t.measured || "not measured", t.peer, t.raw, met(t.met)]),
  );
}

function groupTable({ measured, load, tookMs }: GroupResult): string {
  const isRate = measured.some((m) => m.unit === "rows/s");
  const share = (m: Measured) => (m.unit === "rows/s" ? percent(m.oursByRaw) : times(m.oursByRaw));
  return [
    `Took ${spoken(tookMs)}; load of the machine ${load.map((l) => l.toFixed(1)).join(" before, ")} after.`,
    table(
      [
        "case",
        "ours",
        "p95",
        "the peer",
        "the peer by ours",
        "raw limit",
        isRate ? "ours of it" : "ours by it",
        "more",
      ],
      measured.map((m) => [
        m.title,
        figure(m.ours, m.unit),
        m.unit === "ms" ? ms(m.ours.p95) : "",
        figure(m.peer, m.unit),
        times(m.peerByOurs),
        figure(m.raw, m.unit),
        share(m),
        Object.entries(m.more ?? {})
          .map(([name, value]) => `${name} ${value}`)
          .join(", "),
      ]),
    ),
  ].join("\n\n");
}
