import type postgres from "postgres";

/**
 * A connection that is cut before its n-th statement: the backend is terminated from outside, as a crash of either side
 * would do, and only then the statement is sent. The begin counts as none, the commit as one.
 * @param transaction false runs the work of `begin` without one: the control that shows what the harness can see
 */
export function cutBefore(
  sql: postgres.Sql,
  statement: number,
  admin: postgres.Sql,
  transaction = true,
): { sql: postgres.Sql; sent: () => number } {
  let sent = 0;
  const cut = async () => {
    sent += 1;
    if (sent === statement) await terminate(admin, "gurulog sealer under test");
  };

  // A statement is sent when it is awaited; a fragment never is, so only statements count.
  const watch = <T extends object>(query: T): T => {
    const original = Reflect.get(query, "then");
    if (typeof original !== "function") return query;
    // biome-ignore lint/suspicious/noThenProperty: the query is a promise already; the moment it is sent is what counts
    Object.defineProperty(query, "then", {
      configurable: true,
      value: (...args: unknown[]) => {
        Reflect.deleteProperty(query, "then"); // the driver itself attaches to the promise again
        return cut().then(() => Reflect.apply(original, query, args));
      },
    });
    return query;
  };

  const wrap = <S extends postgres.Sql | postgres.TransactionSql>(target: S): S =>
    new Proxy(target, {
      apply: (fn, self, args) => {
        const made: unknown = Reflect.apply(fn as unknown as (...a: unknown[]) => unknown, self, args);
        const isTemplate = Array.isArray(args[0]) && "raw" in args[0];
        return isTemplate && typeof made === "object" && made !== null ? watch(made) : made;
      },
      get: (from, key) => {
        if (key !== "begin") return Reflect.get(from, key);
        if (!transaction) return (work: (tx: postgres.Sql) => Promise<unknown>) => work(wrap(sql));
        type Work = (tx: postgres.TransactionSql) => Promise<unknown>;
        return (...args: [Work] | [string, Work]) =>
          (from as postgres.Sql).begin(typeof args[0] === "string" ? args[0] : "", async (tx) => {
            const result = await (args.at(-1) as Work)(wrap(tx));
            await cut();
            return result;
          });
      },
    });
  return { sql: wrap(sql), sent: () => sent };
}

/** Ends the backends of that name and waits until they are gone. */
export async function terminate(admin: postgres.Sql, applicationName: string): Promise<number> {
  const ended = await admin`select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where application_name = ${applicationName} and datname = current_database()`;
  return ended.length;
}
