import "server-only";
import { and, eq, gt, type SQL, sql } from "drizzle-orm";
import { type ReadDb, schema, type Tx } from "@/lib/db/client";
import { randomToken, sha256 } from "@/lib/platform/crypto";
import { runtime } from "@/lib/platform/runtime";

const tokenShape = /^[\w-]{43}$/;
/** Life of a first step, in seconds: time to fetch the telephone. */
export const stepMaxAgeS = 10 * 60;
/** Wrong codes after which the first step has to be done again. */
export const mostStepFailures = 5;

/** A sign-in whose first step is done. */
export interface SignInStep {
  accountId: string;
  email: string;
  method: string;
}

export function stepCookieName(): string {
  return runtime().baseUrl.startsWith("https:") ? "__Secure-gurulog.step" : "gurulog.step";
}

/**
 * Keeps that the first step of a sign-in is done.
 * @param method how: `password` or `oidc`
 * @returns the token, which only the browser's cookie carries
 */
export async function startStep(
  tx: Tx,
  accountId: string,
  method: string,
  from: { ip: string | null; userAgent: string | null },
): Promise<string> {
  const token = randomToken(32);
  await tx.insert(schema.signInStep).values({
    idHash: sha256(token),
    accountId,
    method,
    ip: from.ip,
    userAgent: from.userAgent?.slice(0, 512) ?? null,
    expiresAt: sql`gurulog_now() + make_interval(secs => ${stepMaxAgeS})`,
  });
  return token;
}

/** The sign-in that a cookie's token stands for, over or not; null when it never did, or has ended. */
export async function knownStep(
  db: Pick<ReadDb, "select">,
  token: string | undefined,
): Promise<SignInStep | null> {
  return token && tokenShape.test(token) ? findStep(db, token) : null;
}

/** The same in the transaction that is to complete it: null when it is over, too. */
export async function standingStep(tx: Pick<Tx, "select">, token: string): Promise<SignInStep | null> {
  return findStep(tx, token, gt(schema.signInStep.expiresAt, sql`gurulog_now()`));
}

async function findStep(
  db: Pick<ReadDb, "select">,
  token: string,
  isStanding?: SQL,
): Promise<SignInStep | null> {
  const { signInStep, account } = schema;
  const [found] = await db
    .select({ accountId: account.id, email: account.email, method: signInStep.method })
    .from(signInStep)
    .innerJoin(account, eq(account.id, signInStep.accountId))
    .where(and(eq(signInStep.idHash, sha256(token)), isStanding));
  return found ?? null;
}

/**
 * Ends a sign-in's first step: it was completed, or tried too often.
 * @returns true when it stood, asked of the row as it is now: a change of the password may have ended it a moment ago
 */
export async function endStep(tx: Tx, token: string): Promise<boolean> {
  const { signInStep } = schema;
  const ended = await tx
    .delete(signInStep)
    .where(and(eq(signInStep.idHash, sha256(token)), gt(signInStep.expiresAt, sql`gurulog_now()`)))
    .returning({ id: signInStep.accountId });
  return ended.length > 0;
}

/** Counts a wrong code; with the last one allowed the step ends. */
export async function countStepFailure(tx: Tx, token: string): Promise<void> {
  const { signInStep } = schema;
  const [counted] = await tx
    .update(signInStep)
    .set({ failures: sql`${signInStep.failures} + 1` })
    .where(eq(signInStep.idHash, sha256(token)))
    .returning({ failures: signInStep.failures });
  if (counted && counted.failures >= mostStepFailures) await endStep(tx, token);
}

/** Ends all unfinished sign-ins of an account, as its password has changed. Their rows stay until they are recorded. */
export async function endStepsOf(tx: Tx, accountId: string): Promise<void> {
  const { signInStep } = schema;
  await tx
    .update(signInStep)
    .set({ expiresAt: sql`gurulog_now()` })
    .where(and(eq(signInStep.accountId, accountId), gt(signInStep.expiresAt, sql`gurulog_now()`)));
}
