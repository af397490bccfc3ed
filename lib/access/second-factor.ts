import "server-only";
import { and, eq, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { type ReadDb, schema, type Tx } from "@/lib/db/client";
import { openSecret, sealSecret } from "@/lib/platform/secret-box";
import { newFactorSecret, newRecoveryCodes, plainCode, recoveryCodeHash, stepOfCode } from "./factor-codes";
import { forgetFailures } from "./sign-in-delay";

/** By what a second step was taken. */
export type FactorUsed = "totp" | "recovery_code";

/** What a sealed factor belongs to. */
export const factorContext = (accountId: string) => `factor ${accountId}`;

/** Under what wrong codes of an account are counted: the count takes its password (or its session) to raise. */
export const factorKey = (accountId: string): string => `factor ${accountId}`;

/** Does the account have a second factor that was proven? */
export async function hasFactor(db: Pick<ReadDb, "select">, accountId: string): Promise<boolean> {
  const { accountFactor } = schema;
  const found = await db
    .select({ id: accountFactor.accountId })
    .from(accountFactor)
    .where(and(eq(accountFactor.accountId, accountId), isNotNull(accountFactor.confirmedAt)));
  return found.length > 0;
}

/** A secret that was shown is proven within this time, or asked for anew. */
const proveWithin = "10 minutes";

/** A secret that was shown and is not proven yet. */
function isBeingProven(accountId: string) {
  const { accountFactor } = schema;
  return and(
    eq(accountFactor.accountId, accountId),
    isNull(accountFactor.confirmedAt),
    sql`${accountFactor.createdAt} > gurulog_now() - ${proveWithin}::interval`,
  );
}

/** The secret that was shown to its person a moment ago and is not proven yet; null when there is none. */
export async function unprovenSecret(db: Pick<ReadDb, "select">, accountId: string): Promise<Buffer | null> {
  const { accountFactor } = schema;
  const [found] = await db
    .select({ secret: accountFactor.secret })
    .from(accountFactor)
    .where(isBeingProven(accountId));
  return found ? openSecret(found.secret, factorContext(accountId)) : null;
}

/** Gives the account a new secret to prove. Does nothing to a factor that stands. @returns false when one stands */
export async function startFactor(tx: Tx, accountId: string): Promise<boolean> {
  const { accountFactor } = schema;
  const secret = sealSecret(newFactorSecret(), factorContext(accountId));
  const made = await tx
    .insert(accountFactor)
    .values({ accountId, secret })
    .onConflictDoUpdate({
      target: accountFactor.accountId,
      set: { secret, lastStep: 0, createdAt: sql`gurulog_now()` },
      setWhere: isNull(accountFactor.confirmedAt),
    })
    .returning({ id: accountFactor.accountId });
  return made.length > 0;
}

/** Proves the secret by its first code; from here on it stands. @returns false for a wrong code, or nothing to prove */
export async function proveFactor(tx: Tx, accountId: string, typed: string): Promise<boolean> {
  const secret = await unprovenSecret(tx, accountId);
  const plain = plainCode(typed);
  const step = secret && plain?.kind === "totp" ? stepOfCode(secret, plain.code) : null;
  if (step === null) return false;
  const { accountFactor } = schema;
  const proven = await tx
    .update(accountFactor)
    .set({ confirmedAt: sql`gurulog_now()`, lastStep: step })
    .where(isBeingProven(accountId))
    .returning({ id: accountFactor.accountId });
  return proven.length > 0;
}

/** Drops a factor that was begun and not proven. */
export async function dropUnprovenFactor(tx: Tx, accountId: string): Promise<void> {
  const { accountFactor } = schema;
  await tx
    .delete(accountFactor)
    .where(and(eq(accountFactor.accountId, accountId), isNull(accountFactor.confirmedAt)));
}

/** Takes the factor away, its recovery codes and what wrong codes cost. @returns true when one stood that was proven */
export async function removeFactor(tx: Tx, accountId: string): Promise<boolean> {
  const { accountFactor, recoveryCode } = schema;
  await forgetFailures(tx, factorKey(accountId));
  await tx.delete(recoveryCode).where(eq(recoveryCode.accountId, accountId));
  const gone = await tx
    .delete(accountFactor)
    .where(eq(accountFactor.accountId, accountId))
    .returning({ confirmedAt: accountFactor.confirmedAt });
  return gone.some((row) => row.confirmedAt !== null);
}

/** Makes new recovery codes; those before are worthless. @returns the codes, which are shown once */
export async function renewRecoveryCodes(tx: Tx, accountId: string): Promise<string[]> {
  const { recoveryCode } = schema;
  await tx.delete(recoveryCode).where(eq(recoveryCode.accountId, accountId));
  const codes = newRecoveryCodes();
  const hashes = codes.map((code) => recoveryCodeHash(code.replaceAll("-", "")));
  await tx.insert(recoveryCode).values(hashes.map((codeHash) => ({ accountId, codeHash })));
  return codes;
}

/** How many recovery codes are left. */
export async function recoveryCodesLeft(db: Pick<ReadDb, "$count">, accountId: string): Promise<number> {
  const { recoveryCode } = schema;
  return db.$count(recoveryCode, and(eq(recoveryCode.accountId, accountId), isNull(recoveryCode.usedAt)));
}

/**
 * Takes a code of the account's factor, or one of its recovery codes. Each serves once, also when two come at once: the
 * update decides.
 * @returns by what; null for a wrong or used code, and for an account without a proven factor
 */
export async function takeCode(tx: Tx, accountId: string, typed: string): Promise<FactorUsed | null> {
  const plain = plainCode(typed);
  if (plain === null || !(await hasFactor(tx, accountId))) return null;
  const taken = await (plain.kind === "totp"
    ? takeTotp(tx, accountId, plain.code)
    : takeRecoveryCode(tx, accountId, plain.code));
  return taken ? plain.kind : null;
}

async function takeTotp(tx: Tx, accountId: string, code: string): Promise<boolean> {
  const { accountFactor } = schema;
  const [found] = await tx
    .select({ secret: accountFactor.secret })
    .from(accountFactor)
    .where(eq(accountFactor.accountId, accountId));
  const step = found ? stepOfCode(openSecret(found.secret, factorContext(accountId)), code) : null;
  if (step === null) return false;
  const taken = await tx
    .update(accountFactor)
    .set({ lastStep: step })
    .where(and(eq(accountFactor.accountId, accountId), lt(accountFactor.lastStep, step)))
    .returning({ id: accountFactor.accountId });
  return taken.length > 0;
}

async function takeRecoveryCode(tx: Tx, accountId: string, code: string): Promise<boolean> {
  const { recoveryCode } = schema;
  const taken = await tx
    .update(recoveryCode)
    .set({ usedAt: sql`gurulog_now()` })
    .where(
      and(
        eq(recoveryCode.accountId, accountId),
        eq(recoveryCode.codeHash, recoveryCodeHash(code)),
        isNull(recoveryCode.usedAt),
      ),
    )
    .returning({ id: recoveryCode.accountId });
  return taken.length > 0;
}
