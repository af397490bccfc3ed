import type { Difference, Recounted } from "@/lib/audit/seal/recount";
import type { Repaired } from "@/lib/audit/seal/repair-counts";

/** Differences that are written out one by one. */
export const listed = 20;
const wholeLog = "00000000-0000-0000-0000-000000000000";
const number = (count: number | string) => Number(count).toLocaleString("en");
const counted = (count: number, one: string) => `${number(count)} ${one}${count === 1 ? "" : "s"}`;

/** What was found, in plain words. */
export function recountText({ differences, found, days, wrongDays, events }: Recounted): string {
  const looked = `${counted(events, "sealed event")} of ${counted(days.length, "day")} were counted`;
  if (found === 0) return `${looked}: all totals, charts and dropdowns say the same.\n`;
  const more = found > differences.length ? [`  and ${number(found - differences.length)} more`] : [];
  return [
    `${looked}: ${counted(found, "count")} stand${found === 1 ? "s" : ""} otherwise, on ${counted(wrongDays.length, "day")}.`,
    ...differences.map((difference) => `  ${differenceText(difference)}`),
    ...more,
    "",
  ].join("\n");
}

function differenceText(difference: Difference): string {
  const { table, scope, dimension, value, action_type, day, stored, expected } = difference;
  const where = scope === wholeLog ? "whole log" : `guru ${scope}`;
  const of = dimension === "all" ? "all events" : `${dimension} ${value}`;
  const said = stored === null ? "nothing" : number(stored);
  const right = expected === null ? "nothing" : number(expected);
  if (table === "audit_rollup")
    return `${day}, ${where}, ${of}, ${action_type}: says ${said}, should say ${right}`;
  if (table === "audit_kind_seen")
    return `${day}, ${of}, ${action_type}: this kind of event is not in the list of kinds`;
  // A sum is compared with its days as they stand, which may be the ones that are wrong.
  if (stored === expected) return `choice, ${where}, ${of}: its last day is not ${day}`;
  return `choice, ${where}, ${of}: says ${said}, its days say ${right}`;
}

export function repairText({ rollups, facets, kinds }: Repaired): string {
  if (rollups + facets + kinds === 0) return "There was nothing to repair.\n";
  const listed = kinds === 0 ? "" : ` ${counted(kinds, "kind")} of events came back into the list.`;
  return `Repaired: ${counted(rollups, "count")} of days and ${counted(facets, "choice")} were written anew.${listed}\n`;
}
