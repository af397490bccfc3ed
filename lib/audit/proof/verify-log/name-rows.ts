import "server-only";
import type { Findings } from "../verify/findings";
import type { OddLeaf, SliceResult, StrayEvent } from "./compare-slice";

const noted = (n: number): string => n.toLocaleString("en-US");

/** Everything about the rows, from all slices. */
export function joinSlices(slices: readonly SliceResult[]): SliceResult {
  const joined = slices.reduce((a, b) => ({
    compared: a.compared + b.compared,
    expired: a.expired + b.expired,
    erased: a.erased + b.erased,
    firstErased:
      a.firstErased && b.firstErased
        ? a.firstErased.index < b.firstErased.index
          ? a.firstErased
          : b.firstErased
        : (a.firstErased ?? b.firstErased),
    mismatched: [...a.mismatched, ...b.mismatched],
    missing: [...a.missing, ...b.missing],
    strays: [...a.strays, ...b.strays],
    voids: [...a.voids, ...b.voids],
    doubles: [...a.doubles, ...b.doubles],
    firstFresh:
      a.firstFresh === null || b.firstFresh === null
        ? (a.firstFresh ?? b.firstFresh)
        : Math.min(a.firstFresh, b.firstFresh),
    unkept: a.unkept + b.unkept,
  }));
  const byIndex = (a: { index: number }, b: { index: number }) => a.index - b.index;
  for (const list of [joined.mismatched, joined.missing, joined.voids, joined.doubles]) list.sort(byIndex);
  return joined;
}

/** What is known besides the rows when they are named. */
export interface RowContext {
  /** Whether the leaf hash stored at a place was changed, and the row is what was signed. */
  isHashChanged: (index: number) => boolean;
  /** Organizations with a log of their own: their events are checked there. */
  otherLogs: ReadonlySet<number>;
  /** Places whose key and hash are gone: as many events have no place, and were not put in. */
  lostPlaces: number;
}

/** Says what became of each row that does not fit, each once. */
export function nameRows(rows: SliceResult, context: RowContext, findings: Findings): void {
  const odd = new Map([...rows.mismatched, ...rows.missing].map((leaf) => [leaf.index, leaf]));
  const byStored = new Map([...odd.values()].map((leaf) => [leaf.stored, leaf]));
  const missing = new Map(rows.missing.map((leaf) => [leaf.index, leaf]));
  const left = nameChangedKeys(rows.strays, byStored, odd, missing, findings);
  const strays = nameRenamed(left, missing, findings);
  for (const leaf of rows.mismatched)
    if (odd.has(leaf.index)) nameMismatch(leaf, byStored, context, findings);
  for (const { index, id } of missing.values())
    findings.add("removed", "The event was removed: its place in the log is there, its row is not.", {
      index,
      id,
    });
  nameAdded(strays, context, findings);
  for (const where of rows.voids)
    findings.add("void", "The event was removed or changed before it was sealed.", where);
  for (const where of rows.doubles)
    findings.add("added", "The event was put into the log, or into the queue for it, a second time.", where);
  if (rows.unkept > 0)
    findings.add("changed", `${noted(rows.unkept)} more rows do not fit and are not listed.`);
}

/** An event that no key names, though a leaf is of it: the key of that place was changed, the event is as it was sealed. */
function nameChangedKeys(
  strays: readonly StrayEvent[],
  byStored: Map<string, OddLeaf>,
  odd: Map<number, OddLeaf>,
  missing: Map<number, OddLeaf>,
  findings: Findings,
): StrayEvent[] {
  return strays.filter((stray) => {
    const leaf = stray.computed === null ? undefined : byStored.get(stray.computed);
    if (!leaf || !odd.has(leaf.index)) return true;
    odd.delete(leaf.index);
    missing.delete(leaf.index);
    findings.add("proof", "The key of this place was changed; the event itself is as it was sealed.", {
      index: leaf.index,
      id: stray.id,
    });
    return false;
  });
}

/** An event whose id or time was changed is missing under the one and there under the other. */
function nameRenamed(
  strays: readonly StrayEvent[],
  missing: Map<number, OddLeaf>,
  findings: Findings,
): StrayEvent[] {
  const byId = new Map([...missing.values()].map((leaf) => [leaf.id, leaf]));
  const byTime = new Map([...missing.values()].map((leaf) => [leaf.micros, leaf]));
  return strays.filter((stray) => {
    const sameId = byId.get(stray.id);
    const leaf = sameId && missing.has(sameId.index) ? sameId : byTime.get(stray.micros);
    if (!leaf || !missing.has(leaf.index)) return true;
    missing.delete(leaf.index);
    findings.add(
      "changed",
      `The event's ${leaf === sameId ? "time" : `id is now ${stray.id}: it`} was changed.`,
      {
        index: leaf.index,
        id: leaf.id,
      },
    );
    return false;
  });
}

function nameMismatch(
  leaf: OddLeaf,
  byStored: ReadonlyMap<string, OddLeaf>,
  context: RowContext,
  findings: Findings,
): void {
  const { index, id, computed } = leaf;
  const own = computed === null ? undefined : byStored.get(computed);
  if (own && own.index !== index)
    findings.add("reordered", `The event was moved here from place ${noted(own.index)}.`, { index, id });
  else if (computed !== null && context.isHashChanged(index))
    findings.add("proof", "The hash of this place was changed; the event itself is as it was signed.", {
      index,
      id,
    });
  else findings.add("changed", "The event is not what was sealed.", { index, id });
}

function nameAdded(strays: readonly StrayEvent[], context: RowContext, findings: Findings): void {
  const own = strays.filter((stray) => !context.otherLogs.has(stray.orgId));
  if (own.length <= context.lostPlaces) return;
  for (const { id } of own)
    findings.add(
      "added",
      "The event is in the table, but neither in the log nor waiting for it: it was put in past the product, or taken off the queue.",
      { id },
    );
}
