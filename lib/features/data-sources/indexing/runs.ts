import "server-only";
import { and, eq, ne, sql } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import type { CutPassage } from "./cut-passages";

/** Runs a source gets before it has failed: the first and three more. */
export const maxAttempts = 4;
/** Silence after which a run counts as crashed. A live one gives a sign with each batch. */
const silenceS = 30;
/** A source that waits this long has lost its job (a queue restored from a backup, retries used up). */
const lostAfterS = 600;

/** One run over one source. A newer run, a reindex or new content overtakes it: then it stops and leaves no trace. */
export interface Run {
  id: string;
  number: number;
  /** Runs begun since the source was sent, this one included. */
  attempt: number;
  guruId: string;
  markdown: boolean;
  uploadId: string | null;
  sizeBytes: number;
}

/**
 * Begins a run: the source is PROCESSING from here on.
 * @returns null when there is nothing to do: the source is gone, is done, or another run is alive
 */
export async function beginRun(dataSourceId: string): Promise<Run | null> {
  const { dataSource, passage, passageWord } = schema;
  return inTransaction(async (tx) => {
    const [row] = await tx
      .update(dataSource)
      .set({
        status: "PROCESSING",
        indexRun: sql`${dataSource.indexRun} + 1`,
        attempts: sql`${dataSource.attempts} + 1`,
        progressBytes: 0,
        heartbeatAt: sql`now()`,
      })
      .where(
        and(
          eq(dataSource.id, dataSourceId),
          sql`(${dataSource.status} = 'NOT_PROCESSED' or (${dataSource.status} = 'PROCESSING'
            and ${dataSource.heartbeatAt} < now() - make_interval(secs => ${silenceS})))`,
        ),
      )
      .returning();
    if (!row) return null;
    // What a crashed run left; nobody saw it.
    await tx.execute(sql`set local statement_timeout = '120s'`);
    await tx.delete(passage).where(and(eq(passage.dataSourceId, row.id), ne(passage.run, row.shownRun)));
    await tx
      .delete(passageWord)
      .where(and(eq(passageWord.dataSourceId, row.id), ne(passageWord.run, row.shownRun)));
    return {
      id: row.id,
      number: row.indexRun,
      attempt: row.attempts,
      guruId: row.guruId,
      markdown: row.kind !== "FILE",
      uploadId: row.uploadId,
      sizeBytes: row.sizeBytes,
    };
  });
}

/**
 * Keeps a batch of passages with the progress it stands for.
 * @param from ordinal of the first
 * @returns false when the run has been overtaken
 */
export async function keepBatch(
  run: Run,
  from: number,
  batch: CutPassage[],
  progressBytes: number,
): Promise<boolean> {
  return whileMine(run, progressBytes, async (tx) => {
    const rows = batch.map((piece, i) => ({
      ...piece,
      dataSourceId: run.id,
      run: run.number,
      ordinal: from + i,
      guruId: run.guruId,
    }));
    if (rows.length > 0) await tx.insert(schema.passage).values(rows);
  });
}

/**
 * Keeps a batch of the distinct words of the passages.
 * @returns false when the run has been overtaken
 */
export async function keepWords(run: Run, words: string[]): Promise<boolean> {
  return whileMine(run, run.sizeBytes, async (tx) => {
    await tx.execute(sql`
      insert into passage_word (data_source_id, run, guru_id, word)
      select ${run.id}, ${run.number}, ${run.guruId}, word
      from jsonb_array_elements_text(${JSON.stringify(words)}::text::jsonb) as w(word)`);
  });
}

/** A step of a run, in one transaction with its sign of life; not done once another run has overtaken it. */
async function whileMine(run: Run, progressBytes: number, step: (tx: Tx) => Promise<void>): Promise<boolean> {
  const { dataSource, guru } = schema;
  return inTransaction(async (tx) => {
    // The guru before its source, as its deletion locks them: the other way round the two would wait for each other.
    await tx.select({ id: guru.id }).from(guru).where(eq(guru.id, run.guruId)).for("key share");
    const [mine] = await tx
      .update(dataSource)
      .set({ progressBytes, heartbeatAt: sql`now()` })
      .where(and(eq(dataSource.id, run.id), eq(dataSource.indexRun, run.number)))
      .returning({ id: dataSource.id });
    if (!mine) return false;
    await step(tx);
    return true;
  });
}

/** Gives the source back to the queue: after an error that may pass, or because the worker stops (which does not count). */
export async function releaseRun(run: Run, { counts }: { counts: boolean }): Promise<void> {
  const { dataSource } = schema;
  await inTransaction((tx) =>
    tx
      .update(dataSource)
      .set({
        status: "NOT_PROCESSED",
        heartbeatAt: sql`now()`,
        attempts: sql`${dataSource.attempts} - ${counts ? 0 : 1}`,
      })
      .where(and(eq(dataSource.id, run.id), eq(dataSource.indexRun, run.number))),
  );
}

/**
 * Queues sources whose run crashed with its process, or whose job was lost. Queuing one too often does no harm.
 * @returns their number
 */
export async function requeueSilent(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      update data_source set heartbeat_at = now(), status = 'NOT_PROCESSED' where id in (
        select id from data_source
        where (status = 'PROCESSING' and heartbeat_at < now() - make_interval(secs => ${silenceS}))
          or (status = 'NOT_PROCESSED' and heartbeat_at < now() - make_interval(secs => ${lostAfterS}))
        order by heartbeat_at limit 100 for update skip locked)
      returning id`);
    for (const row of rows) await enqueueIn(tx, "index-data-source", { dataSourceId: row.id });
    return rows.length;
  });
}
