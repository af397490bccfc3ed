import "server-only";
import { and, eq, inArray, lte, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { schema, type Tx } from "@/lib/db/client";
import { awaitingJobs, enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";
import { codeFormat } from "@/lib/platform/code/format";
import { repositoryName } from "./repository-name";

/** Silence after which a run counts as crashed. A live one gives a sign every few seconds. */
const silenceS = 30;
/** Before the next try after the first failure; after each further one twice as long. */
const firstWaitS = 30;
const longestWaitS = 6 * 3_600;
/** After a flip, what only readers of the generation before still read is kept so long. */
const graceMinutes = 10;
export const maxProblemLength = 1_000;

type Source = typeof schema.dataSource.$inferSelect;

/** One run over one repository. Whoever takes it over has another claim; then this one stops, and leaves nothing seen. */
export interface CodeRun {
  source: Source;
  claim: number;
  /** That readers read now; 0 = none. What the run writes is of the next. */
  shown: number;
  /** Which one it is since one ended well or kept a segment. */
  attempt: number;
  /** What the index is to stand for when it is done. */
  basis: unknown;
  /** What it stood for when the run began, or that something of it is asked for anew. */
  before: unknown;
  heads: (typeof schema.codeRepository.$inferSelect)["heads"];
}

/** The run was taken over, or its source is gone. */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/** What of a source decides what its index holds; in the statement the source is called `s`. */
const basisOfSource = sql`jsonb_strip_nulls(jsonb_build_object('format', ${codeFormat}::int, 'url', s.url,
  -- A commit alone is that of the one branch that is chosen.
  'heads', coalesce(s.settings->'heads', case when s.settings ? 'commit' then jsonb_build_array(jsonb_build_object(
    'branch', coalesce(s.settings->'branches'->0, s.settings->'branch'), 'commit', s.settings->'commit',
    'isTag', s.settings->'isTag')) end),
  'include', s.settings->'include', 'exclude', s.settings->'exclude', 'defaultBranch', 'always'))`;
/** One whose files have been read, and of which is known at which commits. */
const isReady = sql`s.kind = 'GITHUB_REPO' and s.url is not null and s.status in ('SUCCESS', 'FAIL')
  and s.shown_run > 0 and (s.settings ? 'commit' or s.settings ? 'heads')`;
const isAlive = sql`r.running and r.heartbeat_at > now() - make_interval(secs => ${silenceS})`;

/**
 * Begins a run, or takes over one that crashed.
 * @returns null when there is nothing to do: the source is gone or not read, its index is as it should be, or a run is alive
 */
export async function beginCodeRun(dataSourceId: string): Promise<CodeRun | null> {
  const { dataSource, codeRepository } = schema;
  return inTransaction(async (tx) => {
    // Its deletion waits, or it is gone: the source before all that is its own, as its deletion locks them.
    const [source] = await tx
      .select()
      .from(dataSource)
      .where(eq(dataSource.id, dataSourceId))
      .for("key share");
    if (source?.kind !== "GITHUB_REPO" || source.url === null) return null;
    const about = { guruId: source.guruId, ...repositoryName(source.url) };
    const [known] = await tx
      .update(codeRepository)
      .set(about)
      .where(eq(codeRepository.sourceId, source.id))
      .returning({ id: codeRepository.sourceId });
    // An insert that comes to nothing would use up a number.
    if (!known)
      await tx
        .insert(codeRepository)
        .values({ sourceId: source.id, ...about })
        .onConflictDoNothing();
    const wanted = await wantedOf(tx, source.id);
    if (!wanted) return null;
    const [row] = await tx
      .update(codeRepository)
      .set({
        running: true,
        runClaim: sql`${codeRepository.runClaim} + 1`,
        attempts: sql`${codeRepository.attempts} + 1`,
        heartbeatAt: sql`clock_timestamp()`,
        // One that takes its process with it is tried again less and less often.
        nextTryAt: sql`now() + make_interval(secs => least(${longestWaitS}::float, ${firstWaitS} * 2.0 ^ least(${codeRepository.attempts}, 20)))`,
      })
      .where(eq(codeRepository.sourceId, source.id))
      .returning();
    if (!row) return null;
    const { generation: shown, runClaim: claim, heads, basis: before, attempts: attempt } = row;
    return { ...wanted, claim, shown, attempt, heads, before };
  });
}

/**
 * A source that asks for a run, with the basis of that very row: what was read of it before this may have waited for another
 * run is not what the index will be said to stand for.
 */
async function wantedOf(tx: Tx, id: string): Promise<Pick<CodeRun, "source" | "basis"> | undefined> {
  const s = alias(schema.dataSource, "s");
  const r = alias(schema.codeRepository, "r");
  const isOther = sql`r.basis is distinct from ${basisOfSource} and not (${isAlive})`;
  const [wanted] = await tx
    .select({ source: s, basis: sql<unknown>`${basisOfSource}` })
    .from(s)
    .innerJoin(r, eq(r.sourceId, s.id))
    .where(and(eq(s.id, id), isReady, isOther))
    .for("update", { of: r });
  return wanted;
}

/**
 * A step of a run, in one transaction with its sign of life.
 * @throws Overtaken when it is not its own any more
 */
export async function whileMine<T>(run: CodeRun, step: (tx: Tx) => Promise<T>): Promise<T> {
  const { dataSource, codeRepository } = schema;
  return inTransaction(async (tx) => {
    await tx
      .select({ id: dataSource.id })
      .from(dataSource)
      .where(eq(dataSource.id, run.source.id))
      .for("key share");
    const [mine] = await tx
      .update(codeRepository)
      .set({ heartbeatAt: sql`clock_timestamp()` })
      .where(ofRun(run))
      .returning({ id: codeRepository.sourceId });
    if (!mine) throw new Overtaken("another run works on this repository, or it is gone");
    return step(tx);
  });
}

/** The run comes forward: what made others fail is over. */
export async function noteProgress(tx: Tx, run: CodeRun): Promise<void> {
  await tx.update(schema.codeRepository).set({ attempts: 0 }).where(ofRun(run));
}

const ofRun = (run: CodeRun) =>
  and(eq(schema.codeRepository.sourceId, run.source.id), eq(schema.codeRepository.runClaim, run.claim));

/** Ends a run that went wrong: what it had shows as before, with the reason, and it is tried again later. */
export async function endFailedRun(run: CodeRun, problem: string): Promise<void> {
  await inTransaction(async (tx) => {
    await tx
      .update(schema.codeRepository)
      .set({ running: false, problem: cleanText(problem, maxProblemLength) })
      .where(ofRun(run));
  });
}

/** Gives the repository back because the worker stops: this does not count, and its job is put anew. */
export async function releaseCodeRun(run: CodeRun): Promise<void> {
  const { codeRepository } = schema;
  await inTransaction(async (tx) => {
    const [mine] = await tx
      .update(codeRepository)
      .set({ running: false, attempts: sql`greatest(0, ${codeRepository.attempts} - 1)`, nextTryAt: null })
      .where(ofRun(run))
      .returning({ id: codeRepository.sourceId });
    if (mine) await enqueueIn(tx, "index-code", { dataSourceId: mine.id });
  });
}

/**
 * Queues the repositories whose index is not that of the commits that were read: after a failure, a crash or a job that was
 * lost, and those of a version that had no such index. Several workers at once do no harm.
 * @returns their number
 */
export async function queueDueCode(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      select s.id from data_source s left join code_repository r on r.source_id = s.id
      where ${isReady} and (r.source_id is null or (r.basis is distinct from ${basisOfSource}
        and coalesce(r.next_try_at, now()) <= now() and not (${isAlive})))
      order by r.next_try_at nulls first, s.id limit 100`);
    const ids = rows.map(({ id }) => id);
    const queued = await awaitingJobs(tx, "index-code", "dataSourceId", ids);
    const due = ids.filter((id) => !queued.has(id));
    for (const id of due) await enqueueIn(tx, "index-code", { dataSourceId: id });
    return due.length;
  });
}

/**
 * Deletes what no reader of a source's index can see any more: files that ended before what is shown, once that is shown so
 * long that nobody who began before still reads, and then segments.
 */
export async function clearDeadCode(sourceId: string): Promise<void> {
  const { codeFile, codeRepository, codeSegment } = schema;
  const isShownLong = sql<boolean>`${codeRepository.indexedAt} < gurulog_now() - make_interval(mins => ${graceMinutes})`;
  const segments = await inTransaction(async (tx) => {
    await tx.execute(sql`set local statement_timeout = '120s'`);
    const [repository] = await tx
      .select({ generation: codeRepository.generation, isOld: isShownLong })
      .from(codeRepository)
      .where(eq(codeRepository.sourceId, sourceId))
      .for("update");
    if (!repository) return [];
    if (repository.isOld)
      await tx
        .delete(codeFile)
        .where(and(eq(codeFile.sourceId, sourceId), lte(codeFile.toGeneration, repository.generation)));
    return tx
      .select({ id: codeSegment.id })
      .from(codeSegment)
      .where(
        and(
          eq(codeSegment.sourceId, sourceId),
          eq(codeSegment.complete, true),
          sql`not exists (select from code_file f where f.segment_id = ${codeSegment.id})`,
        ),
      );
  });
  // One is some hundred megabytes at most; a segment without files is nobody's, whoever works on the rest.
  for (const { id } of segments)
    await inTransaction(async (tx) => {
      await tx.execute(sql`set local statement_timeout = '120s'`);
      await tx.delete(codeSegment).where(inArray(codeSegment.id, [id]));
    });
}

/** Deletes what is dead since a while, of sources on which nobody works. */
export async function clearAllDeadCode(): Promise<void> {
  const rows = await inTransaction((tx) =>
    tx.execute<{ id: string }>(sql`
      select r.source_id as id from code_repository r
      where not r.running and r.indexed_at < gurulog_now() - make_interval(mins => ${graceMinutes})
        and exists (select from code_file f where f.source_id = r.source_id and f.to_generation <= r.generation)
      limit 20`),
  );
  for (const { id } of rows) await clearDeadCode(id);
}
