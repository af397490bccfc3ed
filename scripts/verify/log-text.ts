import { visibleString } from "@/components/visible-text/tokens";
import type { LogReport } from "@/lib/audit/proof/verify-log";
import { findingLine } from "../verifier/report-text";

const count = (n: number): string => n.toLocaleString("en-US");

/** What was checked and found, for a terminal. @param pinned whether the keys were given by whoever verifies */
export function logText(report: LogReport, pinned: boolean): string {
  const { findings, findingCount } = report;
  const unsigned = report.size - (report.checkpointSize ?? 0);
  const lines = [
    `The log ${visibleString(report.origin)}: ${count(report.size)} entries`,
    `  Events hashed again and compared: ${count(report.events)}`,
    `  Past the retention, proven by their hash alone: ${count(report.expired)}`,
    ...(report.erased > 0 ? [`  Erased in part: ${count(report.erased)}`] : []),
    ...(report.waiting > 0 ? [`  Recorded and not sealed yet: ${count(report.waiting)}`] : []),
    `  Checkpoints checked: ${count(report.checkpoints)}${report.adopted > 0 ? `, ${count(report.adopted)} of them of a name that the log had before it was adopted` : ""}`,
    `  Held outside the database and compared: ${outsideText(report.outside)}`,
    `  Newest checkpoint that holds: ${report.checkpointSize === null ? "none" : `${count(report.checkpointSize)} events`}`,
    ...report.keys.map((key) => `  By the key: ${visibleString(key)}${pinned ? " (given)" : ""}`),
    ...(pinned ? [] : ["    Compare it with the one you noted: it is this machine's own."]),
    `  Took ${(report.durationMs / 1000).toFixed(1)} s`,
    "",
    ...findings.map(findingLine),
  ];
  if (findingCount > findings.length) lines.push(`and ${count(findingCount - findings.length)} more`);
  if (findingCount === 0 && unsigned > 0)
    lines.push(
      `NOT PROVEN: the newest ${count(unsigned)} entries, which no checkpoint covers. In a log that runs they are signed within seconds.`,
    );
  if (findingCount === 0 && report.adopted > 0)
    lines.push(
      "ADOPTED: the owner went on under a new name (ADOPT_ORIGIN). What had been signed before and is no more part of the log is not counted as removed.",
    );
  if (findingCount > 0)
    lines.push(`DOES NOT VERIFY: ${count(findingCount)} ${findingCount === 1 ? "finding" : "findings"}.`);
  else if (report.size === 0 || report.checkpointSize !== null)
    lines.push("VERIFIED: nothing was changed, removed, added or reordered.");
  return `${lines.join("\n")}\n`;
}

/** A cut of the newest events, or another log in its place, shows only in what is held outside. */
function outsideText(outside: LogReport["outside"]): string {
  const sources = Object.entries(outside);
  if (sources.length === 0) return "nothing (--checkpoint names a file, GURULOG_ANCHOR_FILE keeps one)";
  return sources
    .map(([from, n]) => `${visibleString(from)} (${count(n)} ${n === 1 ? "checkpoint" : "checkpoints"})`)
    .join(", ");
}
