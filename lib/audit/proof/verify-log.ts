import "server-only";
import "./node-primitives";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import type { Adoption } from "./adoption";
import { fromBase64, fromHex, sameBytes } from "./bytes";
import { verifierKey } from "./note";
import { Findings } from "./verify/findings";
import { NotChecked } from "./verify/not-checked";
import { nameBackdated, nameTooManyExpired, placesOfStrays } from "./verify-log/backdated-keys";
import { compareSlice, type Slice, type SliceResult } from "./verify-log/compare-slice";
import { judgeStates, nameBroken, nameUnsigned } from "./verify-log/judge-states";
import { type KeptLog, keptEvents, nameKeptApart } from "./verify-log/kept-events";
import { nameNodes } from "./verify-log/name-nodes";
import { joinSlices, nameRows } from "./verify-log/name-rows";
import { type RebuiltTree, rebuildTree } from "./verify-log/rebuild-tree";
import { cutoffInForce, removedInAll } from "./verify-log/retention-in-force";
import { progressOf, slicesOf } from "./verify-log/slices-of-time";
import { type Snapshot, takeSnapshot } from "./verify-log/snapshot";
import { readSpans } from "./verify-log/stored-keys";
import type { LogReport, VerifyTask } from "./verify-log/task";
import {
  adoptionStatements,
  namesOf,
  outsideStates,
  type State,
  storedStates,
} from "./verify-log/trusted-states";

export type { LogReport, OutsideCheckpoint, VerifyTask } from "./verify-log/task";

export type CompareSlice = (slice: Slice, onProgress: (leaves: number) => void) => Promise<SliceResult>;

export interface VerifyOptions {
  /** Findings kept at most; all are counted. */
  limit?: number;
  /** 0 to 1. */
  onProgress?: (part: number) => void;
  /** How many slices of time are compared at once; below 100,000 events one is used. */
  slices?: number;
  /** Compares one slice, in a thread where there is one. */
  compare?: CompareSlice;
}

interface Head {
  origin: string;
  size: number;
  root: Buffer | null;
}

/**
 * Verifies an organization's whole log as the database holds it, in one read-only snapshot: hashes every kept event
 * again and compares it with its leaf, builds the tree again from the leaves, and compares that with the head, every
 * stored node and every checkpoint, those held outside the database included. Memory does not grow with the log.
 *
 * @param task.outside read before this is called: a checkpoint signed meanwhile would look like a log set back
 * @returns what was checked and found; a log that was tampered with is an answer, not an error
 * @throws NotChecked when it cannot be said either way (a log that is still being hashed), and what the database throws
 */
export async function verifyLog(task: VerifyTask, options: VerifyOptions = {}): Promise<LogReport> {
  const startedMs = performance.now();
  const snapshot = await takeSnapshot(task.url);
  try {
    const report = await verifyIn(snapshot, task, options);
    return { ...report, durationMs: Math.round(performance.now() - startedMs) };
  } finally {
    await snapshot.close();
  }
}

async function verifyIn(
  { sql, name, beside }: Snapshot,
  task: VerifyTask,
  options: VerifyOptions,
): Promise<Omit<LogReport, "durationMs">> {
  const findings = new Findings(options.limit);
  const publicKeys = task.publicKeys.map(fromBase64);
  const head = await readHead(sql, task.orgId);
  const { states, adoptions, retiredNames } = await readStates(sql, task, head, publicKeys, findings);
  const spans = await readSpans(sql, task.orgId);
  const log = { orgId: task.orgId, spans, events: keptEvents(beside) };
  const cutoff = await cutoffInForce(sql, log);
  const wanted = new Set(states.map((s) => s.size));
  const progress = progressOf(head.size, options.onProgress);
  const slices = slicesOf(spans, head.size, options.slices ?? 1).map(({ from, to }) => ({
    url: task.url,
    snapshot: name,
    ...log,
    from,
    to,
    cutoff,
  }));
  // A thread costs more than a small log.
  const compare = (slices.length > 1 ? options.compare : undefined) ?? compareSlice;
  const [stored, ...parts] = await Promise.all([
    rebuildTree(sql, task.orgId, { size: head.size, wanted, onProgress: progress }),
    ...slices.map((slice) => compare(slice, progress)),
  ]);
  const rows = joinSlices(parts);
  await placesOfStrays(sql, task.orgId, rows);
  const { tree, isHashChanged } = await settleHashes(sql, task, head, stored, rows, states, adoptions);
  const judged = judgeStates(tree, head.origin, states, adoptions);
  nameTree(head, stored, findings);
  nameRows(
    rows,
    {
      isHashChanged,
      otherLogs: await otherLogs(sql, task.orgId),
      lostPlaces: tree.gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0),
    },
    findings,
  );
  const allowed = await removedInAll(sql, log);
  if (allowed !== null && rows.expired > allowed)
    await nameTooManyExpired(sql, log, { cutoff, allowed }, findings);
  // Where the numbers are known, an odd time is a clock that was wrong.
  if (allowed === null) await nameBackdated(sql, log, { cutoff, firstFresh: rows.firstFresh }, findings);
  nameNodes(tree.nodes, findings);
  nameBroken(tree, head.origin, judged, findings);
  const recorded = await wasRotated(sql, log, rows);
  nameUnsigned(tree, head.origin, judged, states, { recorded, cutoff, retiredNames }, findings);
  await nameErased(sql, log, rows, findings);
  const kept = await nameKeptApart(sql, task.orgId, beside, findings);
  if (kept[0] !== undefined && findings.count === 0) throw new NotChecked(kept[0]);
  for (const message of kept) findings.add("removed", message);
  const [outbox] = await sql<
    { n: string }[]
  >`select count(*)::text as n from audit_outbox where org_id = ${task.orgId} and position > 0`;
  return {
    orgId: task.orgId,
    origin: head.origin,
    size: head.size,
    events: rows.compared,
    expired: rows.expired,
    erased: rows.erased,
    waiting: Number(outbox?.n),
    checkpoints: states.filter((s) => s.from === null).length,
    outside: countBySource(states, new Set(task.outside.map((o) => o.from))),
    adopted: judged.adopted,
    checkpointSize: judged.holds.reduce<number | null>((a, s) => Math.max(a ?? 0, s.size), null),
    keys: publicKeys.map((publicKey) => verifierKey({ name: head.origin, publicKey })),
    findings: findings.list,
    findingCount: findings.count,
  };
}

function countBySource(states: readonly State[], sources: ReadonlySet<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { from, isSigned } of states)
    if (from !== null && sources.has(from) && isSigned) counts[from] = (counts[from] ?? 0) + 1;
  return counts;
}

async function readHead(sql: AnySql, orgId: number): Promise<Head> {
  const [row] = await sql<{ origin: string; size: string; root: Buffer | null }[]>`
    select origin, size::text, root from audit_head where org_id = ${orgId}`;
  if (!row) throw new NotChecked("The database holds no log of this organization.");
  if (row.root === null && row.size !== "0")
    throw new NotChecked(
      "The log was made by an older version and is still being hashed. Try again when that is done.",
    );
  return { ...row, size: Number(row.size) };
}

async function readStates(
  sql: AnySql,
  task: VerifyTask,
  head: Head,
  publicKeys: Uint8Array[],
  findings: Findings,
): Promise<{ states: State[]; adoptions: Adoption[]; retiredNames: Set<string> }> {
  const { signed: adoptions, retiredNames } = await adoptionStatements(sql, task.orgId, publicKeys);
  const names = namesOf(head.origin, adoptions);
  if (task.pinnedNames.length > 0 && !task.pinnedNames.some((name) => names.has(name)))
    findings.add("signature", `This is the log ${head.origin}, not the one whose key was given.`);
  const adopted = adoptions
    .filter((a) => a.adopted.origin === head.origin)
    .map((a) => ({ ...a.adopted, from: `the owner's adoption of ${a.time}`, isSigned: true }));
  return {
    adoptions,
    retiredNames,
    states: [
      ...(await storedStates(sql, task, publicKeys, findings)),
      ...outsideStates(task.outside, names, publicKeys, findings),
      ...adopted,
    ],
  };
}

/**
 * Where a row and its stored hash differ, either may have been changed. The signed checkpoints, and the nodes above,
 * tell: if the tree of what the rows come to agrees with them better, it was the hash.
 */
async function settleHashes(
  sql: AnySql,
  task: VerifyTask,
  head: Head,
  stored: RebuiltTree,
  rows: SliceResult,
  states: State[],
  adoptions: Adoption[],
): Promise<{ tree: RebuiltTree; isHashChanged: (index: number) => boolean }> {
  const before = judgeStates(stored, head.origin, states, adoptions).broken.length;
  const replaced = new Map(
    rows.mismatched.flatMap(({ index, computed }) =>
      computed === null ? [] : [[index, fromHex(computed)] as const],
    ),
  );
  if (replaced.size === 0 || (before === 0 && stored.nodes.length === 0))
    return { tree: stored, isHashChanged: () => false };
  const wanted = new Set(states.map((s) => s.size));
  const other = await rebuildTree(sql, task.orgId, { size: head.size, wanted, replaced });
  const after = judgeStates(other, head.origin, states, adoptions).broken.length;
  const isWholeBetter = after < before || (after === before && other.nodes.length < stored.nodes.length);
  const oddIn = (tree: RebuiltTree) => new Set(tree.nodes.filter((n) => n.level === 8).map((n) => n.index));
  const [oddBefore, oddAfter] = [oddIn(stored), oddIn(other)];
  return {
    tree: isWholeBetter ? other : stored,
    isHashChanged(index) {
      const group = Math.floor(index / 256);
      if (oddBefore.has(group)) return !oddAfter.has(group);
      return isWholeBetter && !oddAfter.has(group);
    },
  };
}

/** The head, and leaves that are missing or too many. */
function nameTree(head: Head, tree: RebuiltTree, findings: Findings): void {
  for (const { from, to } of tree.gaps)
    findings.add("proof", `The log's own entries ${from} to ${to - 1} are missing.`, { index: from });
  if (tree.beyond > 0)
    findings.add(
      "proof",
      `The log says that it has ${head.size} events, but entries stand beyond: its head was set back.`,
      {
        index: head.size,
      },
    );
  if (tree.isUnhashed) findings.add("proof", "Entries of the log have lost their hashes.");
  const isWhole = tree.size === head.size && head.size > 0;
  if (isWhole && !(head.root && sameBytes(tree.root, head.root)))
    findings.add("proof", "The root that stands beside the log is not that of its entries.");
}

async function otherLogs(sql: AnySql, orgId: number): Promise<Set<number>> {
  const rows = await sql<{ org_id: number }[]>`select org_id from audit_head where org_id <> ${orgId}`;
  return new Set(rows.map((row) => row.org_id));
}

/** Every erasure is an event with the number of events it touched: more erased than that were erased past the product. */
async function nameErased(
  sql: AnySql,
  { orgId, events }: KeptLog,
  rows: SliceResult,
  findings: Findings,
): Promise<void> {
  if (rows.erased === 0) return;
  const told = await sql<{ id: string; events: string }[]>`
    select e.id, e.details->>'events' as events from ${sql.unsafe(events)} e
    where org_id = ${orgId} and model = 'AuditLog' and action_type = 'deleted' and action = 'audit.person_erased'`;
  const wrong = new Set([...rows.mismatched, ...rows.strays].map((row) => row.id));
  const recorded = told.filter((row) => !wrong.has(row.id)).reduce((sum, row) => sum + Number(row.events), 0);
  if (rows.erased <= recorded) return;
  findings.add(
    "changed",
    `Parts of ${rows.erased} events are erased, and the recorded erasures come to ${recorded}: the content of an event was taken out past the product.`,
    rows.firstErased ?? {},
  );
}

/** Whether the log holds the record of a key's rotation, as it was sealed. */
async function wasRotated(sql: AnySql, { orgId, events }: KeptLog, rows: SliceResult): Promise<boolean> {
  const wrong = [...rows.mismatched, ...rows.strays].map((row) => row.id);
  const [found] = await sql<{ rotated: boolean }[]>`
    select exists (select from ${sql.unsafe(events)} e where org_id = ${orgId} and model = 'AuditLog' and action_type = 'updated'
      and action = 'audit.key_rotated' and not id = any (${wrong}::uuid[])) as rotated`;
  return found?.rotated === true;
}
