import postgres from "postgres";
import { logError } from "@/lib/platform/log";

const running = "gurulog.instance";
const encrypting = "gurulog.encryption_key";

/**
 * The sign that an instance runs on this database: a shared advisory lock, held by a connection of its own, and one for each
 * encryption key that it knows.
 */
export interface Presence {
  /**
   * Takes the lock.
   * @param aloneWithinMs how long to wait for others to go; a crashed one's connection may outlive it for a moment
   * @returns whether no other instance was running
   */
  join(aloneWithinMs: number): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * @param directUrl reaches Postgres itself: behind a transaction pool a session's lock would belong to someone else
 * @param keyMarks of the encryption keys that this instance knows
 * @param onReturn called after the connection was lost and the lock taken again; others may have started in between
 */
export function openPresence(
  directUrl: string,
  keyMarks: readonly string[],
  onReturn: (sql: postgres.Sql) => Promise<void>,
): Presence {
  let joined = false;
  let released = false;
  let returning = false;
  const sql = postgres(directUrl, {
    max: 1,
    // The lock lasts as long as the connection: it is never given up for idleness or age.
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 10,
    onnotice: () => {},
    onclose: () => {
      if (joined && !released && !returning) void takeAgain();
    },
    connection: { application_name: "gurulog instance", TimeZone: "UTC" },
  });

  async function takeAgain(): Promise<void> {
    returning = true;
    while (!released) {
      try {
        await showKeys();
        await sql`select pg_advisory_lock_shared(hashtext(${running}))`;
        await onReturn(sql);
        break;
      } catch (error) {
        if (released) break;
        logError("the connection that shows this instance as running was lost (will be tried again)", error);
        await pause(1000);
      }
    }
    returning = false;
  }

  /** Before the sign that it runs: whoever sees that one sees these. */
  async function showKeys(): Promise<void> {
    for (const mark of keyMarks)
      await sql`select pg_advisory_lock_shared(hashtext(${encrypting}), hashtext(${mark}))`;
  }

  return {
    async join(aloneWithinMs) {
      const deadline = Date.now() + aloneWithinMs;
      let alone = await tryAlone(sql);
      while (!alone && Date.now() < deadline) {
        await pause(100);
        alone = await tryAlone(sql);
      }
      await showKeys();
      // The shared lock first, then the other is given back: at no instant does this instance hold none.
      await sql`select pg_advisory_lock_shared(hashtext(${running}))`;
      if (alone) await sql`select pg_advisory_unlock(hashtext(${running}))`;
      joined = true;
      return alone;
    },
    async release() {
      released = true;
      await sql.end({ timeout: 5 });
    },
  };
}

/**
 * Instances that run on this database and do not know an encryption key.
 * @param mark of the key
 * @returns their number
 */
export async function instancesLacking(
  sql: postgres.Sql | postgres.TransactionSql,
  mark: string,
): Promise<number> {
  // A lock of one number shows its halves and a 1 (pg_locks), one of two shows both and a 2.
  const [found] = await sql<{ n: number }[]>`
    with held as (
      select pid, classid, objid, objsubid from pg_locks
      where locktype = 'advisory' and granted and mode = 'ShareLock'
        and database = (select oid from pg_database where datname = current_database())
    )
    select count(*)::int as n from held
    where objsubid = 1 and ((classid::bigint << 32) | objid::bigint) = hashtext(${running})
      and not exists (
        select 1 from held k where k.pid = held.pid and k.objsubid = 2
          and k.classid = hashtext(${encrypting})::oid and k.objid = hashtext(${mark})::oid)`;
  return found?.n ?? 0;
}

async function tryAlone(sql: postgres.Sql): Promise<boolean> {
  const [lock] = await sql`select pg_try_advisory_lock(hashtext(${running})) as held`;
  return lock?.held === true;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
