import "server-only";
import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import postgres from "postgres";
import { runtime } from "@/lib/platform/runtime";

/** Several reads of one moment, of any length, in constant memory. */
export interface Snapshot {
  /**
   * The rows of a query in batches; nothing is read ahead of whoever takes them.
   * @throws while they are taken, what the database throws, and ConnectionLost
   */
  rows<T>(query: SQL): AsyncIterable<T[]>;
  /** Ends the connection, in whatever state it is, and what it holds with it. */
  end(): Promise<void>;
}

/** A connection of its own on which a snapshot can be begun. */
export interface SnapshotPlace extends Pick<Snapshot, "end"> {
  /**
   * Begins the snapshot: what is committed later is not in it.
   * @throws ConnectionLost
   */
  snapshot(): Promise<Snapshot>;
}

/** The snapshot and the place went with their connection; another connection has neither. */
class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

const batchRows = 500;
const statementMs = 600_000;
/** A reader that takes no batch for so long has its transaction ended by the database. */
const idleMs = 60_000;

/**
 * Takes the one place of a name on the whole database, over all instances, and the connection for a snapshot, which is outside
 * the pool: whoever reads slowly holds up nobody else. The place goes with the connection, so also with a process that dies.
 * @returns null while somebody has it
 * @throws what connecting throws; nothing is left open then
 */
export async function takeSnapshotPlace(name: string): Promise<SnapshotPlace | null> {
  let isLost = false;
  const client = postgres(runtime().urls.direct, {
    max: 1,
    prepare: false,
    onnotice: () => {},
    connect_timeout: 10,
    max_lifetime: null, // a fresh connection would be outside the transaction, and without the place
    onclose: () => {
      isLost = true;
    },
    connection: {
      application_name: "gurulog export",
      TimeZone: "UTC",
      jit: "off",
      statement_timeout: statementMs,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: idleMs,
    },
  });
  /** The client would go on without a word, on a connection that it opens anew. */
  const refuseWhenLost = () => {
    if (isLost) throw new ConnectionLost("the connection of the snapshot was lost");
  };
  const end = () => client.end({ timeout: 1 });
  const dialect = new PgDialect();
  const snapshot: Snapshot = {
    async *rows<T>(query: SQL) {
      refuseWhenLost();
      const { sql, params } = dialect.sqlToQuery(query);
      const read = client.unsafe(sql, params as postgres.ParameterOrJSON<never>[]);
      yield* read.cursor(batchRows) as unknown as AsyncIterable<T[]>;
    },
    end,
  };
  try {
    // Before the transaction, whose snapshot it would otherwise be.
    const [place] = await client<{ held: boolean }[]>`
      select pg_try_advisory_lock(hashtextextended(${name}, 0)) as held`;
    if (!place?.held) {
      await end();
      return null;
    }
  } catch (error) {
    await end();
    throw error;
  }
  return {
    async snapshot() {
      refuseWhenLost();
      await client.unsafe("begin isolation level repeatable read read only");
      return snapshot;
    },
    end,
  };
}
