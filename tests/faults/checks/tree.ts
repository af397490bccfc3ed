import { fromHex, toBase64, toHex } from "@/lib/audit/proof/bytes";
import { eventLeaf } from "@/lib/audit/proof/entry";
import { eventRecord, type RecordRow, recordColumns } from "@/lib/audit/proof/event-record";
import {
  CompactRange,
  consistencyProof,
  emptyRoot,
  rootOf,
  verifyConsistency,
} from "@/lib/audit/proof/merkle";
import { verifierOf } from "@/lib/audit/proof/signing-keys";
import { storedNodes } from "@/lib/audit/proof/stored-nodes";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import "@/lib/audit/proof/node-primitives";
import { type LogReport, verifyLog } from "@/lib/audit/proof/verify-log";
import type { OutsideCheckpoint } from "@/lib/audit/proof/verify-log/task";
import { loadKeys } from "../../../scripts/serve/keys";
import { adminUrlOf } from "../../e2e/support/roles-database";
import type { SeenCheckpoint } from "../support/watch-checkpoints";
import type { LogState } from "./read-state";

/**
 * The tree as the database holds it is the tree of the events as they stand, and begins with every checkpoint that was
 * seen before, by a consistency proof and by hashing all of it again.
 */
export async function checkTree(sql: AnySql, log: LogState, seen: SeenCheckpoint[]): Promise<string[]> {
  const wrong: string[] = [];
  const [head] = await sql<{ size: string; root: string | null; origin: string }[]>`
    select size::text, encode(root, 'hex') as root, origin from audit_head where org_id = 1`;
  if (!head?.root) return ["the log is not hashed"];
  const size = Number(head.size);
  if (size !== log.size) wrong.push(`the head says ${size}, the order holds ${log.size}`);
  const roots = await rootsOfEvents(sql, log, new Set([size, ...seen.map((s) => s.size)]));
  if (roots.get(size) !== head.root) wrong.push(`the root of ${size} is not that of the events`);
  const read = storedNodes(sql, 1);
  if (toHex(await rootOf(read, size)) !== head.root)
    wrong.push(`the stored nodes do not make the root of ${size}`);
  for (const { origin, size: from, root, from: where } of seen) {
    const about = `checkpoint ${from} seen in the ${where}`;
    if (origin !== head.origin) wrong.push(`${about} is of another log`);
    else if (from > size) wrong.push(`${about} was taken back: the log has ${size}`);
    else {
      if (roots.get(from) !== root) wrong.push(`${about} is not the root of the events`);
      const path = await consistencyProof(read, from, size);
      const consistent = verifyConsistency({
        from,
        to: size,
        fromRoot: fromHex(root),
        toRoot: fromHex(head.root),
        path,
      });
      if (!consistent) wrong.push(`${about} is not what the log begins with`);
    }
  }
  return wrong;
}

async function rootsOfEvents(sql: AnySql, log: LogState, sizes: Set<number>): Promise<Map<number, string>> {
  const leaves = new Map<string, Uint8Array>();
  for (const row of await sql<RecordRow[]>`select ${sql.unsafe(recordColumns)} from audit_event e`)
    leaves.set(row.id, eventLeaf(eventRecord(row)));
  const roots = new Map<number, string>([[0, toHex(emptyRoot())]]);
  const range = new CompactRange();
  for (const { id, index } of log.events) {
    if (index === undefined) continue;
    const leaf = leaves.get(id);
    if (!leaf) throw new Error(`no leaf of ${id}`);
    range.append(leaf);
    if (sizes.has(range.size)) roots.set(range.size, toHex(range.root()));
  }
  return roots;
}

/** The product's own verification of the whole log, with every signed checkpoint that was seen. */
export async function verifyAsTheProductDoes(
  dataDir: string,
  outside: OutsideCheckpoint[],
): Promise<LogReport> {
  const { sealingKeys } = loadKeys({ dataDir, env: {} });
  return verifyLog({
    url: adminUrlOf(dataDir),
    orgId: 1,
    publicKeys: sealingKeys.map((key) => toBase64(verifierOf(key, "any").publicKey)),
    pinnedNames: [],
    outside,
  });
}
