import type { Readable, Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import type postgres from "postgres";
import { StartError } from "../serve/start-error";
import { qualified, quote, type TableShape } from "./format";

/**
 * What decides how values are written as text, said on every connection that copies: the same row must give the same
 * bytes on every server. Tables are read from their first page on, not where another scan happens to be.
 */
export const copySettings = {
  client_encoding: "UTF8",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  bytea_output: "hex",
  extra_float_digits: "1",
  synchronize_seqscans: "off",
  statement_timeout: 0,
} as const;

/** Reads a table's rows as COPY writes them. The driver takes no parameters in COPY; names are quoted. */
export async function* copyOut(sql: postgres.ISql, table: TableShape): AsyncGenerator<Buffer> {
  const source: Readable = await sql.unsafe(`copy ${listed(table)} to stdout`).readable();
  // Left early, the driver's stream would keep its server writing: the caller ends that session (see snapshot.ts).
  for await (const chunk of source) yield chunk as Buffer;
  // A last chunk that fills the stream's buffer makes the driver pause its socket, and with the end in the same packet
  // nobody asks for more, so it would stay paused: no later query on this connection would be answered.
  source._read(0);
}

/**
 * Writes rows into a table, inside the caller's transaction. FREEZE, as the transaction has emptied the table: what is
 * written needs no second visit.
 * @throws what the server says, or StartError when it says it too late for the driver to pass it on
 */
export async function copyIn(
  tx: postgres.TransactionSql,
  table: TableShape,
  chunks: AsyncIterable<Buffer>,
): Promise<void> {
  const target: Writable = await tx.unsafe(`copy ${listed(table)} from stdin (freeze)`).writable();
  const failed = new Promise<never>((_, reject) => target.once("error", reject));
  failed.catch(() => {}); // it may come when nobody waits for a chunk
  for await (const chunk of chunks) {
    const written = new Promise<void>((resolve, reject) =>
      target.write(chunk, (error) => (error ? reject(error) : resolve())),
    );
    await Promise.race([written, failed]);
  }
  target.end();
  // The driver forgets the copy once its end is sent, and an error after that reaches nobody. But then the transaction
  // is aborted, and refuses the next statement.
  await nextTurn();
  try {
    await tx`select 1`;
  } catch (error) {
    throw new StartError(`The database refuses the rows of ${table.schema}.${table.name}.`, { cause: error });
  }
}

function listed(table: TableShape): string {
  return `${qualified(table)} (${table.columns.map(quote).join(", ")})`;
}
