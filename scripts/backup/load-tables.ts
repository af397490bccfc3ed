import type postgres from "postgres";
import { StartError } from "../serve/start-error";
import { listSequences, listTables } from "./catalog";
import { type Manifest, qualified, type TableEntry } from "./format";
import { type Chunk, readChunks } from "./read-backup";
import { assertSameTables } from "./rebuild-schema";
import { copyIn, copyOut } from "./table-copy";
import { sameSum, TableSum } from "./table-sum";
import { refuseFile } from "./tar-reader";

/**
 * Puts the rows of a backup into tables that stand and hold nothing of worth, in one transaction, as the superuser:
 * nothing fires, no key is looked up, so rows come back as they were and no event counts as recorded anew.
 * @param onBytes called with each piece
 */
export async function loadTables(
  sql: postgres.Sql,
  file: string,
  manifest: Manifest,
  onBytes: (bytes: number) => void,
): Promise<void> {
  assertSameTables(await listTables(sql), manifest);
  const chunks = new TableChunks(readChunks(file));
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    // Emptied in this very transaction, a table takes its rows in order and frozen.
    await tx.unsafe(`truncate ${manifest.tables.map((table) => `only ${qualified(table)}`).join(", ")}`);
    for (const [index, table] of manifest.tables.entries()) {
      const sum = new TableSum();
      if (table.rows > 0) await copyIn(tx, table, summed(chunks.of(index), sum, onBytes));
      // The file was checked before; it may have been replaced since.
      if (!sameSum(sum.end(), table)) refuseFile("it was changed while it was being read");
    }
    await setSequences(tx, manifest);
  });
  for (const table of manifest.tables) await attach(sql, table);
}

async function* summed(
  chunks: AsyncIterable<Buffer>,
  sum: TableSum,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    sum.add(chunk);
    onBytes(chunk.length);
    yield chunk;
  }
}

async function setSequences(tx: postgres.TransactionSql, manifest: Manifest): Promise<void> {
  const have = new Set((await listSequences(tx)).map(qualified));
  const want = new Set(manifest.sequences.map(qualified));
  const odd = [...have].find((name) => !want.has(name)) ?? [...want].find((name) => !have.has(name));
  if (odd !== undefined) refuseFile(`its sequences are not those of its version: ${odd}`);
  for (const sequence of manifest.sequences) {
    await tx`select setval(${qualified(sequence)}::text::regclass, ${sequence.lastValue}::text::bigint, ${sequence.isCalled})`;
  }
}

/** A week becomes part of the log again; its indexes are built from its rows. */
async function attach(sql: postgres.Sql, table: TableEntry): Promise<void> {
  if (table.partition === null || !("from" in table.partition)) return;
  const { from, to } = table.partition; // of the manifest's pattern: digits and marks of an instant
  await sql.unsafe(
    `alter table public.audit_event attach partition ${qualified(table)} for values from ('${from}') to ('${to}')`,
  );
}

/** @throws StartError naming the table whose rows are not, byte for byte, those of the backup */
export async function compareTables(sql: postgres.Sql, manifest: Manifest): Promise<void> {
  for (const table of manifest.tables) {
    const sum = new TableSum();
    for await (const chunk of copyOut(sql, table)) sum.add(chunk);
    const found = sum.end();
    if (sameSum(found, table)) continue;
    throw new StartError(
      `The restored rows of ${table.schema}.${table.name} are not those of the backup (${found.rows} rows, ${table.rows} expected). Nothing was changed.`,
    );
  }
}

/** The pieces of one table after another, from the one stream of all. */
class TableChunks {
  private next: Chunk | undefined;

  constructor(private readonly all: AsyncGenerator<Chunk, Manifest, undefined>) {}

  async *of(table: number): AsyncGenerator<Buffer> {
    for (;;) {
      this.next ??= await this.pull();
      if (this.next === undefined || this.next.table !== table) return;
      const { content } = this.next;
      this.next = undefined;
      yield content;
    }
  }

  private async pull(): Promise<Chunk | undefined> {
    const next = await this.all.next();
    return next.done ? undefined : next.value;
  }
}
