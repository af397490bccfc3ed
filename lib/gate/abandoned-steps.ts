import "server-only";
import { type SQL, sql } from "drizzle-orm";
import { anonymousPrincipal } from "@/lib/access/principal";
import { signInFailed } from "@/lib/audit/catalogue/accounts";
import { recordEvents } from "@/lib/audit/record/record";
import type { Tx } from "@/lib/db/client";
import { eventOf } from "./facts";
import { inTransaction } from "./transaction";

interface Abandoned {
  account_id: string;
  email: string;
  method: string;
  failures: number;
  ip: string | null;
  user_agent: string | null;
  [column: string]: unknown;
}

const batch = 100;

/**
 * Deletes first steps of sign-ins, and records those that nobody went on from.
 * @param which a condition on `sign_in_step s`
 * @returns how many
 */
async function closeSteps(tx: Tx, which: SQL): Promise<number> {
  const gone = await tx.execute<Abandoned>(sql`
    delete from sign_in_step s using account a where a.id = s.account_id and ${which}
    returning s.account_id, a.email, s.method, s.failures, host(s.ip) as ip, s.user_agent`);
  // One with wrong codes has their events already.
  const silent = [...gone].filter((step) => step.failures === 0);
  const events = silent.map((step) =>
    eventOf(
      signInFailed,
      {
        target: { id: step.account_id },
        label: step.email,
        accountId: step.account_id,
        details: { method: step.method, reason: "factor" },
      },
      anonymousPrincipal,
      { ip: step.ip, userAgent: step.user_agent, requestId: null },
    ),
  );
  if (events.length > 0) await recordEvents(tx, events);
  return gone.length;
}

/**
 * Sign-ins whose second step never came become LOGIN_FAILED, reason `factor`: somebody has the password and not the
 * second factor, which is what the log is read for.
 */
export async function closeAbandonedSteps(): Promise<void> {
  const ranOut = sql`s.id_hash in (
    select id_hash from sign_in_step where expires_at <= gurulog_now()
    order by expires_at limit ${batch} for update skip locked)`;
  while ((await inTransaction((tx) => closeSteps(tx, ranOut))) === batch);
}

/** The same for an account that is about to be deleted, with which its steps would go unrecorded. */
export async function closeStepsOf(tx: Tx, accountId: string): Promise<void> {
  await closeSteps(tx, sql`s.account_id = ${accountId}::uuid`);
}
