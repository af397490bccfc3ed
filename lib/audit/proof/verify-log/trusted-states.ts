import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { type Adoption, parseAdoption, splitAdoptions } from "../adoption";
import { sameBytes } from "../bytes";
import { parseCheckpoint } from "../checkpoint";
import { isSignedBy, parseNote } from "../note";
import type { Findings } from "../verify/findings";
import type { OutsideCheckpoint, VerifyTask } from "./task";

/** A checkpoint that the tree must agree with, and where it was found. */
export interface State {
  origin: string;
  size: number;
  root: Uint8Array;
  /** In words; null for one of the database itself. */
  from: string | null;
  /** Whether a key that counts has signed it; else it may be from before a rotation. */
  isSigned: boolean;
}

/** The keys that may sign, whatever the name that they sign under. */
function signedByAny(note: string, origin: string, publicKeys: readonly Uint8Array[]): boolean {
  const parsed = parseNote(note);
  return publicKeys.some((publicKey) => isSignedBy(parsed, { name: origin, publicKey }));
}

/** The stored checkpoints: each must be what its note says. */
export async function storedStates(
  sql: AnySql,
  task: VerifyTask,
  publicKeys: readonly Uint8Array[],
  findings: Findings,
): Promise<State[]> {
  const rows = await sql<{ origin: string; size: string; root: Buffer; note: string }[]>`
    select origin, size::text, root, note from audit_checkpoint c
    where org_id = ${task.orgId} order by c.size, c.origin`;
  return rows.flatMap(({ origin, size, root, note }) => {
    const name = `Checkpoint ${Number(size).toLocaleString("en-US")}`;
    try {
      const checkpoint = parseCheckpoint(note);
      if (
        checkpoint.origin !== origin ||
        String(checkpoint.size) !== size ||
        !sameBytes(checkpoint.root, root)
      ) {
        findings.add("checkpoint", `${name}: what stands beside it is not what its note says.`);
        return [];
      }
      return [{ ...checkpoint, from: null, isSigned: signedByAny(note, origin, publicKeys) }];
    } catch {
      findings.add("checkpoint", `${name} cannot be read.`);
    }
    return [];
  });
}

/** Checkpoints held outside the database. Those of other logs say nothing about this one. */
export function outsideStates(
  outside: readonly OutsideCheckpoint[],
  origins: ReadonlySet<string>,
  publicKeys: readonly Uint8Array[],
  findings: Findings,
): State[] {
  return outside.flatMap(({ from, note }) => {
    try {
      const checkpoint = parseCheckpoint(note);
      if (!origins.has(checkpoint.origin)) return [];
      return [{ ...checkpoint, from, isSigned: signedByAny(note, checkpoint.origin, publicKeys) }];
    } catch {
      findings.add("checkpoint", `A checkpoint of ${from} cannot be read.`);
    }
    return [];
  });
}

/** The owners' statements, each signed under the name that it retires. One without a valid signature means nothing. */
export async function signedAdoptions(
  sql: AnySql,
  orgId: number,
  publicKeys: readonly Uint8Array[],
): Promise<Adoption[]> {
  const rows = await sql<{ note: string }[]>`
    select note from audit_adoption where org_id = ${orgId} order by created_at, origin`;
  return rows.flatMap(({ note }) =>
    splitAdoptions(note).flatMap((statement) => {
      try {
        const adoption = parseAdoption(statement);
        return signedByAny(statement, adoption.retired.origin, publicKeys) ? [adoption] : [];
      } catch {
        return [];
      }
    }),
  );
}

/**
 * The adoption that lets a state of an earlier name be: it was signed before the owner's statement, which leads to the
 * present name. What was signed under the old name after it was given up is not covered.
 */
export function adoptionOf(
  state: State,
  origin: string,
  adoptions: readonly Adoption[],
): Adoption | undefined {
  return adoptions.find((a) => covers(a, state) && leadsTo(a, origin, adoptions));
}

function covers({ retired }: Adoption, state: { origin: string; size: number; root: Uint8Array }): boolean {
  if (retired.origin !== state.origin || retired.size < state.size) return false;
  return retired.size > state.size || sameBytes(retired.root, state.root);
}

function leadsTo(
  a: Adoption,
  origin: string,
  all: readonly Adoption[],
  seen: readonly Adoption[] = [],
): boolean {
  if (a.adopted.origin === origin) return true;
  if (seen.includes(a)) return false;
  return all.some((next) => covers(next, a.adopted) && leadsTo(next, origin, all, [...seen, a]));
}

/** Every name that the log has had. */
export function namesOf(origin: string, adoptions: readonly Adoption[]): Set<string> {
  const names = new Set([origin]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { retired, adopted } of adoptions)
      if (names.has(adopted.origin) && !names.has(retired.origin)) {
        names.add(retired.origin);
        grown = true;
      }
  }
  return names;
}
