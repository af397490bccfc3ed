import "server-only";
import { absentLeaf } from "@/lib/audit/proof/absent-leaf";
import type { LogState } from "@/lib/audit/proof/adoption";
import { sameBytes } from "@/lib/audit/proof/bytes";
import { voidLeaf } from "@/lib/audit/proof/entry";
import {
  CompactRange,
  consistencyProof,
  type NodeReader,
  rootNodes,
  rootOf,
  verifyConsistency,
} from "@/lib/audit/proof/merkle";
import { storedNodes } from "@/lib/audit/proof/stored-nodes";
import { mapInSlices } from "@/lib/platform/map-in-slices";
import type { AnySql } from "./dimensions";
import { bindingStates, type Known } from "./known-states";
import { leafOfRow } from "./leaf-of-row";
import { type SealedLeaf, sealedLeaves } from "./sealed-leaves";

/** The log may not be signed. The message says what is wrong and what to do, for the owner. */
export class Refused extends Error {
  override readonly name = "Refused";
}

const rowsAtATime = 2_000;
const adoptAdvice =
  "If you restored a backup, adopt it under Settings, Log integrity. If nobody did, the database was changed past Gurulog: keep a copy of it and find out by whom.";

/**
 * Decides whether the log may be signed under a name, and up to which size.
 *
 * The stored tree must begin with everything that was signed before (by a consistency proof that is verified), and the
 * leaves since must be the hashes of the events as they stand now and lead to the stored root: the right edge of what was
 * signed is grown by them again.
 *
 * @param origin the name; usually the head's
 * @param limit leaves that are hashed at most: of a long way a part is signed first
 * @returns the state to sign; its size is that of the last signed one when there is nothing new
 * @throws Refused never signed then
 */
export async function judgeHead(
  sql: AnySql,
  orgId: number,
  known: Known,
  origin: string,
  limit: number,
): Promise<LogState> {
  const { head } = known;
  const read = refusingReader(storedNodes(sql, orgId));
  const states = bindingStates(known, origin);
  for (const state of states) assertContinues(state, origin, head.size);
  if (!head.root || !sameBytes(await rootOf(read, head.size), head.root))
    throw new Refused(
      `The stored tree of ${count(head.size)} events does not have the root that stands beside it. ${adoptAdvice}`,
    );
  for (const state of states) await assertBegins(read, state, { size: head.size, root: head.root });
  const from = Math.max(0, ...states.map((state) => state.size));
  const to = Math.min(head.size, from + limit);
  const range = new CompactRange(from, await read(rootNodes(from)));
  await growAgain(sql, orgId, range, to);
  if (!sameBytes(range.root(), await rootOf(read, to)))
    throw new Refused(
      `The events from ${count(from)} to ${count(to - 1)} do not lead to the stored tree. ${adoptAdvice}`,
    );
  return { origin, size: to, root: range.root() };
}

function assertContinues(state: LogState, origin: string, size: number): void {
  if (state.origin !== origin)
    throw new Refused(
      `The database holds another log than the one of ${count(state.size)} events that was signed before. ${adoptAdvice}`,
    );
  if (state.size > size)
    throw new Refused(
      `The log has ${count(size)} events, but ${count(state.size)} were signed already. ${adoptAdvice}`,
    );
}

async function assertBegins(
  read: NodeReader,
  state: LogState,
  head: { size: number; root: Uint8Array },
): Promise<void> {
  const path = await consistencyProof(read, state.size, head.size);
  const proof = { from: state.size, to: head.size, fromRoot: state.root, toRoot: head.root, path };
  if (verifyConsistency(proof)) return;
  throw new Refused(
    `The first ${count(state.size)} events of the log are not those that were signed. ${adoptAdvice}`,
  );
}

/** Appends the leaves up to `to`, each hashed from its event and compared with the stored one. */
async function growAgain(sql: AnySql, orgId: number, range: CompactRange, to: number): Promise<void> {
  while (range.size < to) {
    const next = Math.min(to, range.size + rowsAtATime);
    const leaves = await sealedLeaves(sql, orgId, range.size, next);
    const from = range.size;
    const checked = await mapInSlices([...leaves.entries()], ([i, leaf]) =>
      checkedLeaf(orgId, from + i, leaf),
    );
    for (const leaf of checked) range.append(leaf);
    if (range.size !== next)
      throw new Refused(`The log has lost its entry ${count(range.size)}. ${adoptAdvice}`);
  }
}

function checkedLeaf(orgId: number, index: number, row: SealedLeaf): Uint8Array {
  const { leaf } = row;
  if (row.place !== String(index) || !leaf)
    throw new Refused(`The log has lost its entry ${count(index)}. ${adoptAdvice}`);
  const key = { id: row.event, org: orgId, time: row.at };
  const hash = leafOfRow(key, row);
  if (hash && sameBytes(hash, leaf)) return leaf;
  // Lost before its turn, or before the log had hashes: known, and part of the log.
  if (sameBytes(leaf, voidLeaf(key)) || sameBytes(leaf, absentLeaf(key))) return leaf;
  // Its content has rightly gone since; what is left to check is that the tree holds its leaf.
  if (row.id === null && row.expired) return leaf;
  throw new Refused(
    `Event ${row.event}, entry ${count(index)} of the log, was ${row.id === null ? "removed" : "changed"} in the database after it was sealed. ${adoptAdvice}`,
  );
}

/** A node that is missing is a damaged tree and no fault of the connection. */
function refusingReader(read: NodeReader): NodeReader {
  return async (nodes) => {
    if (nodes.length === 0) return [];
    try {
      return await read(nodes);
    } catch (error) {
      if (!(error instanceof Error) || "code" in error) throw error;
      throw new Refused(`The stored tree is damaged: ${error.message}. ${adoptAdvice}`);
    }
  };
}

function count(n: number): string {
  return n.toLocaleString("en");
}
