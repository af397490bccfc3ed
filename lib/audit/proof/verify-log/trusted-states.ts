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
  /** Whether whoever verifies named it. */
  isGiven?: boolean;
  /** When one of the database itself was stored, as it says; microseconds since 1970. Nobody signed that. */
  storedAt?: number;
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
  const rows = await sql<{ origin: string; size: string; root: Buffer; note: string; at: number }[]>`
    select origin, size::text, root, note, extract(epoch from created_at)::float8 * 1000000 as at from audit_checkpoint c
    where org_id = ${task.orgId} order by c.size, c.origin`;
  return rows.flatMap(({ origin, size, root, note, at }) => {
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
      const isSigned = signedByAny(note, origin, publicKeys);
      return [{ ...checkpoint, from: null, isSigned, storedAt: at }];
    } catch {
      findings.add("checkpoint", `${name} cannot be read.`);
    }
    return [];
  });
}

/**
 * Checkpoints held outside the database. Those of other logs say nothing about this one; but where it is known that a
 * file tells of this log, and all that it tells bears another name, it is this log that was given another.
 */
export function outsideStates(
  outside: readonly OutsideCheckpoint[],
  origins: ReadonlySet<string>,
  publicKeys: readonly Uint8Array[],
  findings: Findings,
): State[] {
  const ours = new Set(outside.filter(({ note }) => origins.has(nameIn(note))).map(({ from }) => from));
  return outside.flatMap(({ from, note, isOfThisLog, isGiven }) => {
    try {
      const checkpoint = parseCheckpoint(note);
      const isForeign = !origins.has(checkpoint.origin);
      if (isForeign && (!isOfThisLog || ours.has(from))) return [];
      const isSigned = signedByAny(note, checkpoint.origin, publicKeys);
      return [{ ...checkpoint, from, isSigned, ...(isGiven ? { isGiven } : {}) }];
    } catch {
      findings.add("checkpoint", `A checkpoint of ${from} cannot be read.`);
    }
    return [];
  });
}

/** The name in a checkpoint's first line. */
function nameIn(note: string): string {
  return note.slice(0, Math.max(0, note.indexOf("\n")));
}

/** The owners' statements, as they are stored. */
export interface Statements {
  /** Those that are signed, each under the name that it retires. Another lets nothing be. */
  signed: Adoption[];
  /** Names that any of them retires: where its key was retired since, this explains whose checkpoints these are. */
  retiredNames: Set<string>;
}

export async function adoptionStatements(
  sql: AnySql,
  orgId: number,
  publicKeys: readonly Uint8Array[],
): Promise<Statements> {
  const rows = await sql<{ note: string }[]>`
    select note from audit_adoption where org_id = ${orgId} order by created_at, origin`;
  const statements: Statements = { signed: [], retiredNames: new Set() };
  for (const statement of rows.flatMap(({ note }) => splitAdoptions(note))) {
    try {
      const adoption = parseAdoption(statement);
      statements.retiredNames.add(adoption.retired.origin);
      if (signedByAny(statement, adoption.retired.origin, publicKeys)) statements.signed.push(adoption);
    } catch {} // no statement of ours: it lets nothing be
  }
  return statements;
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
