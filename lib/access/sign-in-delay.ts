import "server-only";
import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "@/lib/db/client";
import { rateKeyOfAddress } from "@/lib/platform/client-ip";
import { Refusal } from "@/lib/platform/errors";
import { oneMoreFailure, ownRules, ruleOf, throttledMessage, usualRule } from "./sign-in-delay-rules";

type DelayKind = "account" | "address";

/** Under what a try is counted; null leaves that delay out (a known browser, no address). */
interface DelayKeys {
  /** E-mail in the form in which addresses are compared, whether or not it has an account. */
  account: string | null;
  /** Of `addressKey`. */
  address: string | null;
}

/** The address as tries are counted by it: an IPv6 client owns its whole /64. */
export function addressKey(ip: string | null): string | null {
  return ip === null ? null : rateKeyOfAddress(ip);
}

/** The refusal of a try that comes too early. */
export class Throttled extends Refusal {
  constructor(
    readonly by: DelayKind,
    waitS: number,
  ) {
    super("throttled", throttledMessage(waitS), { retryAfterS: waitS });
  }
}

// Always in the order account, address: two transactions that lock both can then never wait for each other.
const inOrder = (keys: DelayKeys): [DelayKind, string][] =>
  (["account", "address"] as const).flatMap((kind) => {
    const key = keys[kind];
    return key === null ? [] : [[kind, key] as [DelayKind, string]];
  });

/**
 * Lets a try pass, or not.
 * @throws Throttled naming the seconds to wait
 */
export async function refuseWhileDelayed(tx: Pick<Tx, "execute">, keys: DelayKeys): Promise<void> {
  for (const [kind, key] of inOrder(keys)) {
    const [row] = await tx.execute<{ wait: number }>(sql`
      select ceil(extract(epoch from blocked_until - gurulog_now()))::int as wait from sign_in_delay
      where kind = ${kind} and key = ${key} and blocked_until > gurulog_now()`);
    if (row) throw new Throttled(kind, Math.max(1, row.wait));
  }
}

/** Counts a failed try. The rows are locked first, so parallel failures add up. */
export async function countFailure(tx: Pick<Tx, "execute">, keys: DelayKeys): Promise<void> {
  for (const [kind, key] of inOrder(keys)) {
    const [before] = await tx.execute<{ failures: number; since: number }>(sql`
      insert into sign_in_delay (kind, key, failures, last_failure_at) values (${kind}, ${key}, 0, gurulog_now())
      on conflict (kind, key) do update set key = excluded.key
      returning failures, extract(epoch from gurulog_now() - last_failure_at)::float8 as since`);
    const { failures, delayS } = oneMoreFailure(before?.failures ?? 0, before?.since ?? 0, ruleOf(key));
    await tx.execute(sql`
      update sign_in_delay set failures = ${failures}, last_failure_at = gurulog_now(),
        blocked_until = case when ${delayS}::int = 0 then null else gurulog_now() + make_interval(secs => ${delayS}::int) end
      where kind = ${kind} and key = ${key}`);
  }
  await forgetOld(tx);
}

/** The right password was given: the account starts afresh. The address does not, or a stranger with an account of their own could clear it between guesses. */
export async function forgetFailures(tx: Pick<Tx, "execute">, account: string): Promise<void> {
  await tx.execute(sql`delete from sign_in_delay where kind = 'account' and key = ${account}`);
}

/** Takes a few forgotten rows away with each failure, so that the table never outgrows the tries of their time. */
async function forgetOld(tx: Pick<Tx, "execute">): Promise<void> {
  await tx.execute(sql`
    delete from sign_in_delay where (kind, key) in (
      select kind, key from sign_in_delay
      where ${isForgotten()}
      order by last_failure_at limit 20 for update skip locked)`);
}

/** Is a row of `sign_in_delay` past what its rule remembers, and holds nobody back? */
export function isForgotten(): SQL {
  const own = sql.join(
    Object.entries(ownRules).map(
      ([word, rule]) => sql`when starts_with(key, ${`${word} `}) then ${rule.forgottenAfterS}::int`,
    ),
    sql` `,
  );
  return sql`last_failure_at < gurulog_now() - make_interval(secs => case ${own} else ${usualRule.forgottenAfterS}::int end)
    and (blocked_until is null or blocked_until < gurulog_now())`;
}
