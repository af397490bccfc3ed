import "server-only";
import { randomBytes } from "node:crypto";
import type { Adoption, LogState } from "@/lib/audit/proof/adoption";
import { emptyRoot, rootOf } from "@/lib/audit/proof/merkle";
import { storedNodes } from "@/lib/audit/proof/stored-nodes";
import { signAdoptions } from "./adoptions";
import type { AnySql } from "./dimensions";
import { judgeHead, Refused } from "./judge-head";
import { adoptedNames, bindingStates, type Known, knownStates } from "./known-states";
import { type LastSigned, UnreadableLastSigned } from "./last-signed";
import { leavesOfATurn } from "./sign-checkpoint";

/** The log cannot be adopted; the message says why and what to do. */
export class NotAdoptable extends Error {
  override readonly name = "NotAdoptable";
}

/** What an adoption changes. */
export interface AdoptedLog {
  /** What was signed last under the name given up. */
  retired: LogState;
  adopted: LogState;
}

/**
 * Adopts the log as it stands, which may not be signed, under a new name: stores the owner's statement, signed under every
 * name that is given up. The sealer finds it at its next turn. What is wrong inside the first `size` events stays wrong,
 * and verification goes on saying so; only the signing goes on.
 *
 * @param sql the transaction of the act, as the runtime role
 * @param size of the log that the owner has seen and confirmed; the log may have grown since
 * @throws NotAdoptable nothing was stored then
 */
export async function adoptLog(
  sql: AnySql,
  orgId: number,
  size: number,
  lastSigned: LastSigned,
): Promise<AdoptedLog> {
  const known = await readKnown(sql, orgId, lastSigned);
  if (size < 1 || size > known.head.size)
    throw new NotAdoptable(
      `The log has ${known.head.size.toLocaleString("en")} events now. Reload the page and look at it again.`,
    );
  await assertRefused(sql, orgId, known);
  const adopted = {
    origin: randomBytes(16).toString("hex"),
    size,
    root: await orNotAdoptable(() => rootOf(storedNodes(sql, orgId), size)),
  };
  const time = new Date().toISOString();
  const statements: Adoption[] = namesToRetire(known).map((retired) => ({ retired, adopted, time }));
  const after = { ...known, adoptions: [...known.adoptions, ...statements] };
  await orNotAdoptable(() => judgeHead(sql, orgId, after, adopted.origin, leavesOfATurn));
  await sql`
    insert into audit_adoption (org_id, origin, note) values (${orgId}, ${adopted.origin}, ${signAdoptions(statements)})`;
  const retired = statements.find((s) => s.retired.origin === known.head.origin) ?? statements[0];
  if (!retired) throw new Error("unreachable: an adoption retires a name");
  return { retired: retired.retired, adopted };
}

async function readKnown(sql: AnySql, orgId: number, lastSigned: LastSigned): Promise<Known> {
  try {
    const known = await knownStates(sql, orgId, await lastSigned.read(orgId));
    if (known && known.head.size > 0) return known;
  } catch (error) {
    if (error instanceof UnreadableLastSigned) throw new NotAdoptable(error.message);
    throw error;
  }
  throw new NotAdoptable("The log has no sealed events yet. Wait a few seconds, then try again.");
}

/** The newest state under each name that binds; a log of which nothing was signed gives up the empty one. */
function namesToRetire(known: Known): LogState[] {
  const newest = new Map<string, LogState>();
  for (const state of bindingStates(known, known.head.origin)) {
    const other = newest.get(state.origin);
    if (!other || other.size < state.size) newest.set(state.origin, state);
  }
  if (newest.size === 0) return [{ origin: known.head.origin, size: 0, root: emptyRoot() }];
  return [...newest.values()].map(({ origin, size, root }) => ({ origin, size, root }));
}

/** A log that may be signed needs no adoption, and one must not be made in store. */
async function assertRefused(sql: AnySql, orgId: number, known: Known): Promise<void> {
  for (const origin of [known.head.origin, ...adoptedNames(known)]) {
    try {
      await judgeHead(sql, orgId, known, origin, leavesOfATurn);
    } catch (error) {
      if (error instanceof Refused) continue;
      throw error;
    }
    throw new NotAdoptable(
      "The log continues what was signed last, so there is nothing to adopt. If the page still says otherwise, reload it in a few seconds.",
    );
  }
}

async function orNotAdoptable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused)
      throw new NotAdoptable(`${error.message} It cannot be adopted in this state.`);
    // A missing node; an error of the database has a code.
    if (error instanceof Error && !("code" in error))
      throw new NotAdoptable(
        `The stored tree is damaged (${error.message}). Restore a backup, then adopt that.`,
      );
    throw error;
  }
}
