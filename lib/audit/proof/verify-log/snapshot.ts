import "server-only";
import postgres from "postgres";

/** One state of the database, seen by any number of connections. */
export interface Snapshot {
  /** The connection that holds it. */
  sql: postgres.Sql;
  /** By which others see the same (`pg_export_snapshot`). */
  name: string;
  close(): Promise<void>;
}

function connect(url: string): postgres.Sql {
  return postgres(url, {
    max: 1,
    max_lifetime: null, // a fresh connection would be outside the transaction
    idle_timeout: 0,
    prepare: false,
    onnotice: () => {},
    connect_timeout: 10,
    connection: {
      application_name: "gurulog verification",
      TimeZone: "UTC",
      statement_timeout: 0,
      lock_timeout: 60_000,
      idle_in_transaction_session_timeout: 0,
    },
  });
}

const begin = "begin isolation level repeatable read read only";

/** Takes a snapshot. @param url reaches Postgres itself: behind a transaction pool it would belong to somebody else */
export async function takeSnapshot(url: string): Promise<Snapshot> {
  const sql = connect(url);
  try {
    await sql.unsafe(begin);
    const [row] = await sql<{ name: string }[]>`select pg_export_snapshot() as name`;
    if (!row) throw new Error("the database gives no snapshot");
    return { sql, name: row.name, close: () => sql.end({ timeout: 5 }) };
  } catch (error) {
    await sql.end({ timeout: 5 });
    throw error;
  }
}

/** Another connection in the same state. @param name of a snapshot whose holder is still open */
export async function joinSnapshot(url: string, name: string): Promise<postgres.Sql> {
  const sql = connect(url);
  try {
    await sql.unsafe(begin);
    // The name is the server's own; it takes no parameter.
    if (!/^[0-9A-F-]+$/.test(name)) throw new Error("not a snapshot's name");
    await sql.unsafe(`set transaction snapshot '${name}'`);
    await sql.unsafe("set local jit = off");
    await sql.unsafe("set local max_parallel_workers_per_gather = 0");
    return sql;
  } catch (error) {
    await sql.end({ timeout: 5 });
    throw error;
  }
}
