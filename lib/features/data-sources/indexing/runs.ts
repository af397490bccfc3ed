import "server-only";
import { and, count, eq, ne, sql } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { awaitingJobs, enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";
import type { CutPassage } from "./cut-passages";
import { indexingJob } from "./indexing-job";
import type { Progress } from "./progress";
import type { SourceToRead } from "./text-piece";

/** Runs a source gets before it has failed: the first and three more. */
export const maxAttempts = 4;
/** Silence after which a run counts as crashed. A live one gives a sign with each batch. */
const silenceS = 30;
/** A source that waits this long has lost its job (a queue restored from a backup, retries used up). */
const lostAfterS = 600;
const wordsAtOnce = 5_000;

/** One run over one source. A newer run, a reindex or new content overtakes it: then it stops and leaves no trace. */
export interface Run {
  source: SourceToRead;
  number: number;
  /** Who works on it: whoever takes the run over after a crash has another one. */
  claim: number;
  /** Runs begun since the source was sent, this one included. */
  attempt: number;
  /** Passages and words that a crashed run kept and that are not read again. */
  kept: { passages: number; words: number };
}

/**
 * Begins a run, or takes over one that crashed where it said it could go on: the source is PROCESSING from here on.
 * @returns null when there is nothing to do: the source is gone, is done, or another run is alive
 */
export async function beginRun(dataSourceId: string): Promise<Run | null> {
  const { dataSource } = schema;
  const goesOn = sql`(${dataSource.resume}->>'run')::int = ${dataSource.indexRun}`;
  return inTransaction(async (tx) => {
    const [row] = await tx
      .update(dataSource)
      .set({
        status: "PROCESSING",
        indexRun: sql`case when ${goesOn} then ${dataSource.indexRun} else ${dataSource.indexRun} + 1 end`,
        resume: sql`case when ${goesOn} then ${dataSource.resume} end`,
        progressBytes: sql`case when ${goesOn} then ${dataSource.progressBytes} else 0 end`,
        runClaim: sql`${dataSource.runClaim} + 1`,
        attempts: sql`${dataSource.attempts} + 1`,
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
    const kept = await clearLeftovers(tx, row);
    // That may have taken longer than the silence after which a run counts as crashed.
    await tx.update(dataSource).set({ heartbeatAt: sql`clock_timestamp()` }).where(eq(dataSource.id, row.id));
    return {
      source: { ...row, resumeAt: row.resume?.at ?? null },
      number: row.indexRun,
      claim: row.runClaim,
      attempt: row.attempts,
      kept,
    };
  });
}

/** Removes what crashed runs left and nobody saw, but for what this one goes on from. */
async function clearLeftovers(tx: Tx, row: Omit<SourceToRead, "resumeAt">): Promise<Run["kept"]> {
  const { passage, passageWord } = schema;
  const passages = row.resume?.passages ?? 0;
  const goesOn = row.resume ? row.indexRun : row.shownRun;
  await tx.execute(sql`set local statement_timeout = '120s'`);
  await tx.delete(passage).where(
    and(
      eq(passage.dataSourceId, row.id),
      ne(passage.run, row.shownRun),
      // Passages behind the place from which it goes on were kept in a batch that broke off there: they are cut again.
      sql`not (${passage.run} = ${goesOn} and ${passage.ordinal} < ${passages})`,
    ),
  );
  await tx
    .delete(passageWord)
    .where(
      and(
        eq(passageWord.dataSourceId, row.id),
        ne(passageWord.run, row.shownRun),
        ne(passageWord.run, goesOn),
      ),
    );
  if (!row.resume) return { passages: 0, words: 0 };
  const [words] = await tx
    .select({ n: count() })
    .from(passageWord)
    .where(and(eq(passageWord.dataSourceId, row.id), eq(passageWord.run, row.indexRun)));
  return { passages, words: words?.n ?? 0 };
}

/** What a run keeps in one transaction. */
export interface Batch {
  /** Ordinal of the first passage. */
  from: number;
  passages: CutPassage[];
  /** Words of these passages that earlier batches did not have. */
  words: string[];
  progress: Progress;
  /** What a run that crashes later goes on from; this batch has the last of the `passages` before that place. */
  resume?: { passages: number; at: unknown } | undefined;
}

/**
 * Keeps a batch with the progress it stands for.
 * @returns false when the run has been overtaken
 */
export async function keepBatch(run: Run, batch: Batch): Promise<boolean> {
  const { bytes, done, total, note } = batch.progress;
  const resume = batch.resume ? { resume: { run: run.number, ...batch.resume } } : {};
  const progress = {
    progressBytes: bytes,
    progressDone: done ?? null,
    progressTotal: total ?? null,
    progressNote: note === undefined ? null : cleanText(note, 200),
  };
  return whileMine(run, { ...progress, ...resume }, async (tx) => {
    const about = { dataSourceId: run.source.id, run: run.number, guruId: run.source.guruId };
    const rows = batch.passages.map((piece, i) => ({ ...piece, ...about, ordinal: batch.from + i }));
    if (rows.length > 0) await tx.insert(schema.passage).values(rows);
    for (let at = 0; at < batch.words.length; at += wordsAtOnce)
      await keepWords(tx, about, batch.words.slice(at, at + wordsAtOnce));
  });
}

async function keepWords(
  tx: Tx,
  about: { dataSourceId: string; run: number; guruId: string },
  words: string[],
): Promise<void> {
  // Words of a batch that is cut again after a crash are there already.
  await tx.execute(sql`
    insert into passage_word (data_source_id, run, guru_id, word)
    select ${about.dataSourceId}, ${about.run}, ${about.guruId}, word
    from jsonb_array_elements_text(${JSON.stringify(words)}::text::jsonb) as w(word)
    on conflict do nothing`);
}

/**
 * Says that the run is alive, while it waits for its next piece.
 * @returns false when the run has been overtaken
 */
export async function signOfLife(run: Run): Promise<boolean> {
  return whileMine(run, {}, async () => {});
}

/** A step of a run, in one transaction with its sign of life; not done once another run has overtaken it. */
async function whileMine(
  run: Run,
  facts: Partial<typeof schema.dataSource.$inferInsert>,
  step: (tx: Tx) => Promise<void>,
): Promise<boolean> {
  const { dataSource, guru } = schema;
  return inTransaction(async (tx) => {
    // The guru before its source, as its deletion locks them: the other way round the two would wait for each other.
    await tx.select({ id: guru.id }).from(guru).where(eq(guru.id, run.source.guruId)).for("key share");
    const [mine] = await tx
      .update(dataSource)
      .set({ ...facts, heartbeatAt: sql`now()` })
      .where(ofRun(run))
      .returning({ id: dataSource.id });
    if (!mine) return false;
    await step(tx);
    return true;
  });
}

function ofRun(run: Run) {
  const { dataSource } = schema;
  return and(
    eq(dataSource.id, run.source.id),
    eq(dataSource.indexRun, run.number),
    eq(dataSource.runClaim, run.claim),
  );
}

/**
 * Gives the source back: after an error that may pass, for the queue to deliver its job again, or because the worker
 * stops. That does not count as an attempt, and the job is put anew: one that failed at each of several restarts would
 * not be delivered again.
 */
export async function releaseRun(run: Run, { counts }: { counts: boolean }): Promise<void> {
  const { dataSource } = schema;
  await inTransaction(async (tx) => {
    const [mine] = await tx
      .update(dataSource)
      .set({
        status: "NOT_PROCESSED",
        heartbeatAt: sql`now()`,
        attempts: sql`${dataSource.attempts} - ${counts ? 0 : 1}`,
      })
      .where(ofRun(run))
      .returning({ id: dataSource.id, kind: dataSource.kind });
    if (mine && !counts) await enqueueIn(tx, indexingJob(mine.kind), { dataSourceId: mine.id });
  });
}

/**
 * Queues sources whose run crashed with its process, or whose job was lost. One whose job still waits in the queue keeps
 * it: with further ones, the tries that are meant to lie apart would follow on each other. A run that is alive after all has
 * lost its claim, and stops at its next sign of life: it could not end well any more.
 * @returns the number of sources that were silent
 */
export async function requeueSilent(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string; kind: SourceToRead["kind"] }>(sql`
      update data_source set heartbeat_at = now(), status = 'NOT_PROCESSED', run_claim = run_claim + 1 where id in (
        select id from data_source
        where (status = 'PROCESSING' and heartbeat_at < now() - make_interval(secs => ${silenceS}))
          or (status = 'NOT_PROCESSED' and heartbeat_at < now() - make_interval(secs => ${lostAfterS}))
        order by heartbeat_at limit 100 for update skip locked)
      returning id, kind`);
    const silent = rows.map(({ id, kind }) => ({ id, job: indexingJob(kind) }));
    for (const job of new Set(silent.map((one) => one.job))) {
      const ids = silent.flatMap((one) => (one.job === job ? one.id : []));
      const queued = await awaitingJobs(tx, job, "dataSourceId", ids);
      for (const id of ids) if (!queued.has(id)) await enqueueIn(tx, job, { dataSourceId: id });
    }
    return rows.length;
  });
}
