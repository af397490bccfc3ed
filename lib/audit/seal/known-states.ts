import "server-only";
import type { Adoption, LogState } from "@/lib/audit/proof/adoption";
import { sameBytes } from "@/lib/audit/proof/bytes";
import { adoptions } from "./adoptions";
import type { AnySql } from "./dimensions";
import type { Signed } from "./last-signed";
import { newestCheckpoints } from "./stored-checkpoints";

/** The head of an organization's log as the database has it. */
export interface Head {
  origin: string;
  size: number;
  root: Uint8Array | null;
}

/** Everything that the next signature must continue. */
export interface Known {
  head: Head;
  /** What this machine signed last; null when nothing. */
  own: Signed | null;
  /** The newest stored checkpoint of ours under each name. */
  stored: Signed[];
  adoptions: Adoption[];
}

/** Reads it. @param own from the file outside the database */
export async function knownStates(sql: AnySql, orgId: number, own: Signed | null): Promise<Known | null> {
  // The checkpoints before the head: one that is signed meanwhile elsewhere is then within it.
  const stored = await newestCheckpoints(sql, orgId);
  const statements = await adoptions(sql, orgId);
  const [head] = await sql<{ origin: string; size: string; root: Buffer | null }[]>`
    select origin, size::text, root from audit_head where org_id = ${orgId}`;
  return head ? { head: { ...head, size: Number(head.size) }, own, stored, adoptions: statements } : null;
}

/**
 * What was signed and not retired by an adoption on the way to the name `origin`; the log under that name must continue
 * each of them. What the log was when it was adopted counts as signed: the owner's statement is.
 */
export function bindingStates({ own, stored, adoptions: all }: Known, origin: string): LogState[] {
  const signed: LogState[] = own ? [...stored, own] : stored;
  const adopted = all.filter((a) => a.adopted.origin === origin).map((a) => a.adopted);
  return [...signed.filter((state) => !isRetired(state, origin, all)), ...adopted];
}

/** Whether statements lead from the state to the name. A statement made before the state was signed does not. */
function isRetired(
  state: LogState,
  origin: string,
  all: Adoption[],
  seen: readonly Adoption[] = [],
): boolean {
  return all.some(
    (a) =>
      !seen.includes(a) &&
      covers(a.retired, state) &&
      (a.adopted.origin === origin || isRetired(a.adopted, origin, all, [...seen, a])),
  );
}

function covers(retired: LogState, state: LogState): boolean {
  if (retired.origin !== state.origin || retired.size < state.size) return false;
  return retired.size > state.size || sameBytes(retired.root, state.root);
}

/** Names under which the log might go on where it may not under its present one. */
export function adoptedNames({ head, adoptions: all }: Known): string[] {
  return [...new Set(all.map((a) => a.adopted.origin))].filter((origin) => origin !== head.origin);
}
