import "server-only";
import { and, eq, isNull, sql } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { refuse } from "@/lib/platform/errors";

/** Answers that one person may have written at the same time. */
const mostOfPerson = 3;
/** Answers that one site's visitors may have written at the same time. */
const mostOfSite = 20;
/** Milliseconds for those before to count and keep their question; their searches are over. */
const patienceMs = 2_000;

/**
 * A model costs money: nobody has it write any number of answers at once, and no widget's site has. Counted one after the
 * other, also when asked in parallel; held until the question is kept.
 * @throws Refusal `throttled`
 */
export async function holdPlace(
  tx: Tx,
  { accountId, widgetId }: { accountId: string | null; widgetId?: string | undefined },
): Promise<void> {
  const { question } = schema;
  if (accountId !== null) {
    await lock(tx, accountId);
    if ((await countOpen(tx, eq(question.accountId, accountId))) >= mostOfPerson)
      throw refuse(
        "throttled",
        "Three answers are being written for you. Wait until one is done, or stop one, and ask again.",
        { retryAfterS: 10 },
      );
  }
  if (widgetId !== undefined) {
    await lock(tx, widgetId);
    if ((await countOpen(tx, eq(question.widgetId, widgetId))) >= mostOfSite) throw manyAsk();
  }
}

const manyAsk = () =>
  refuse("throttled", "Many people are asking at the moment. Ask again in a while.", { retryAfterS: 10 });

function countOpen(tx: Tx, whose: ReturnType<typeof eq>): Promise<number> {
  const { question } = schema;
  return tx.$count(
    question,
    and(
      whose,
      isNull(question.outcome),
      // One that has ended waits only for its record.
      sql`${question.askedBy} -> 'end' is null`,
      // One that is older was lost, and is about to be closed.
      sql`${question.createdAt} > gurulog_now() - interval '4 minutes'`,
    ),
  );
}

async function lock(tx: Tx, id: string): Promise<void> {
  const [before] = await tx.execute<{ limit: string }>(sql`select current_setting('lock_timeout') as limit`);
  await tx.execute(sql`select set_config('lock_timeout', ${`${patienceMs}ms`}, true)`);
  try {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`gurulog.ask ${id}`}))`);
  } catch (error) {
    // The refusal rolls back to before the act, the limit with it.
    if (isLockTimeout(error)) throw manyAsk();
    throw error;
  }
  await tx.execute(sql`select set_config('lock_timeout', ${before?.limit ?? "10s"}, true)`);
}

/** 55P03: the lock was not to be had in time. */
function isLockTimeout(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) if ("code" in e && e.code === "55P03") return true;
  return false;
}
