import "server-only";
import type { Adoption } from "@/lib/audit/proof/adoption";
import { adoptions } from "@/lib/audit/seal/adoptions";
import { sql } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";
import { runtime } from "@/lib/platform/runtime";
import { type AppendOnly, appendOnlyState } from "./append-only";
import { type DiskSpace, diskSpace } from "./disk";
import { type SealState, sealState } from "./seal-state";
import { daysLeftOf, type SizeState, sizeState } from "./size-state";

/** The log's own state, for the page and the metrics. */
export interface LogState {
  seal: SealState;
  size: SizeState;
  disk: DiskState;
}

export type DiskState =
  /** Of an external database only its administrator knows. */
  | { kind: "external" }
  | { kind: "unreadable" }
  | { kind: "known"; space: DiskSpace; daysLeft: number | null };

/** Reads seal state, size and disk of an organization's log as the serving role. */
export async function logState(orgId: number): Promise<LogState> {
  const [seal, size] = await Promise.all([sealState(sql(), orgId), sizeState(sql(), orgId)]);
  return { seal, size, disk: await diskState(size) };
}

/** The names that an organization's log has given up, newest first; only statements that a key of ours has signed. */
export const adoptionsOf = async (orgId: number): Promise<Adoption[]> =>
  (await adoptions(sql(), orgId)).reverse();

/** Whether the append-only promise holds for the role that serves. */
export const appendOnlyNow = (): Promise<AppendOnly> => appendOnlyState(sql());

async function diskState(size: SizeState): Promise<DiskState> {
  const { databaseFolder } = runtime();
  if (!databaseFolder) return { kind: "external" };
  try {
    const space = await diskSpace(databaseFolder);
    return { kind: "known", space, daysLeft: daysLeftOf(space.free, size) };
  } catch (error) {
    // Started as another user than the one who made it, say: everything else of the page still holds.
    logError("measuring the database's volume", error);
    return { kind: "unreadable" };
  }
}
