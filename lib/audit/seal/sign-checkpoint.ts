import "server-only";
import type postgres from "postgres";
import type { LogState } from "@/lib/audit/proof/adoption";
import { signCheckpoint } from "@/lib/audit/proof/checkpoint";
import { signersOf } from "@/lib/audit/proof/signing-keys";
import { clearTrouble, noteTrouble } from "@/lib/audit/trouble";
import { judgeHead, Refused } from "./judge-head";
import { adoptedNames, type Known, knownStates } from "./known-states";
import { type LastSigned, type Signed, sameState, UnreadableLastSigned } from "./last-signed";
import { publish } from "./stored-checkpoints";

/** What became of one turn of signing. */
export type Signing =
  /** A checkpoint was signed; `behind` when the log is longer than what one turn hashes. */
  | { state: "signed"; size: number; behind: boolean }
  /** Everything sealed is signed. */
  | { state: "current"; size: number }
  | { state: "refused"; why: string }
  /** Another instance is signing. */
  | { state: "busy" };

/** Leaves that one turn hashes again at most, so that the lock is never held for long. */
export const leavesOfATurn = 20_000;

/**
 * Signs an organization's log, in a step of its own after the sealing: checks it against everything that was signed
 * before, writes the checkpoint to the file outside the database, then publishes it. In this order: what stands in the
 * database can be taken back by whoever owns it, the file cannot. A crash between the two leaves a checkpoint that the
 * next turn publishes; one before both leaves nothing.
 *
 * A log that does not continue what was signed is never signed; the reason stands in `audit_signing` until it does, or
 * until an owner's adoption makes it one under a new name.
 *
 * @param sql the sealer's own connection
 * @throws what the database throws; nothing was published then
 */
export async function signCheckpointOf(
  sql: postgres.Sql,
  orgId: number,
  lastSigned: LastSigned,
  limit = leavesOfATurn,
): Promise<Signing> {
  return sql.begin(async (tx): Promise<Signing> => {
    const [lock] = await tx`select pg_try_advisory_xact_lock(hashtext('gurulog.sign')) as held`;
    if (!lock?.held) return { state: "busy" };
    try {
      const own = await lastSigned.read(orgId);
      const known = await knownStates(tx, orgId, own);
      if (!known || known.head.size === 0) {
        const before = own ?? known?.stored[0];
        if (before) throw new RefusedWith(emptied(before.size), known);
        return { state: "current", size: 0 };
      }
      const state = await judge(tx, orgId, known, limit);
      const signed = await sign(tx, orgId, known, state, lastSigned);
      await noteSigned(tx, orgId);
      if (!signed) return { state: "current", size: state.size };
      return { state: "signed", size: state.size, behind: state.size < known.head.size };
    } catch (error) {
      if (error instanceof RefusedWith) return refuse(tx, orgId, error.message, error.known);
      if (error instanceof UnreadableLastSigned) return refuse(tx, orgId, error.message, null);
      throw error;
    }
  });
}

/** Carries what is known, so that the refusal can publish it. */
class RefusedWith extends Error {
  constructor(
    message: string,
    readonly known: Known | null,
  ) {
    super(message);
  }
}

/** The state to sign, under the present name or else under one that an owner has adopted the log as. */
async function judge(
  tx: postgres.TransactionSql,
  orgId: number,
  known: Known,
  limit: number,
): Promise<LogState> {
  const verdict = await judged(tx, orgId, known, known.head.origin, limit);
  if (!(verdict instanceof Refused)) return verdict;
  for (const origin of adoptedNames(known)) {
    const other = await judged(tx, orgId, known, origin, limit);
    if (other instanceof Refused) continue;
    await tx`update audit_head set origin = ${origin} where org_id = ${orgId}`;
    return other;
  }
  throw new RefusedWith(verdict.message, known);
}

async function judged(
  tx: postgres.TransactionSql,
  orgId: number,
  known: Known,
  origin: string,
  limit: number,
): Promise<LogState | Refused> {
  try {
    return await judgeHead(tx, orgId, known, origin, limit);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** @returns whether anything new was signed */
async function sign(
  tx: postgres.TransactionSql,
  orgId: number,
  known: Known,
  state: LogState,
  lastSigned: LastSigned,
): Promise<boolean> {
  const { own, stored } = known;
  // Written to the file and not published: a crash came in between.
  const isPublished = !own || stored.some((s) => s.origin === own.origin && s.size >= own.size);
  if (!isPublished) await publish(tx, orgId, own);
  const newest = [...(own ? [own] : []), ...stored].find((signed) => sameState(signed, state));
  const signed: Signed = newest ?? { ...state, note: signCheckpoint(state, signersOf(state.origin)) };
  if (!own || !sameState(own, signed)) await remember(lastSigned, orgId, signed, known);
  if (!newest) await publish(tx, orgId, signed);
  return !newest;
}

async function remember(lastSigned: LastSigned, orgId: number, signed: Signed, known: Known): Promise<void> {
  try {
    await lastSigned.write(orgId, signed);
  } catch (error) {
    if (error instanceof UnreadableLastSigned) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new RefusedWith(
      `${lastSigned.file} cannot be written (${code}), so nothing is signed. Make its folder writable for the user who runs Gurulog, and see that the disk is not full.`,
      known,
    );
  }
}

function emptied(size: number): string {
  return `The log in the database is empty, but ${size.toLocaleString("en")} events were signed already. If you restored a backup, adopt it under Settings, Log integrity, once it has events.`;
}

async function refuse(
  tx: postgres.TransactionSql,
  orgId: number,
  why: string,
  known: Known | null,
): Promise<Signing> {
  // What this machine has signed is a fact whatever became of the database: other instances, and the owner's adoption,
  // learn of it from there.
  const own = known?.own;
  if (own && !known.stored.some((s) => s.origin === own.origin && s.size >= own.size))
    await publish(tx, orgId, own);
  await tx`
    insert into audit_signing as s (org_id, refused, refused_since, checked_at)
    values (${orgId}, ${why}, clock_timestamp(), clock_timestamp())
    on conflict (org_id) do update set refused = excluded.refused,
      refused_since = coalesce(s.refused_since, excluded.refused_since), checked_at = excluded.checked_at`;
  await noteTrouble(tx, "signing_refused", why);
  return { state: "refused", why };
}

async function noteSigned(tx: postgres.TransactionSql, orgId: number): Promise<void> {
  await tx`
    insert into audit_signing (org_id, checked_at) values (${orgId}, clock_timestamp())
    on conflict (org_id) do update set refused = null, refused_since = null, checked_at = excluded.checked_at`;
  const [other] = await tx`select exists (select from audit_signing where refused is not null) as refused`;
  if (!other?.refused) await clearTrouble(tx, "signing_refused");
}
