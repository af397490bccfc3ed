import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";
import { queueIfDefaultMoved } from "../code-index/default-moved";
import { refreshTags } from "../code-index/tags";
import { maxReasonLength } from "../commands/fail-indexing";
import { branchesOf, readHeads, sameHeads } from "../git/branches";
import { copyWith } from "../git/bring-up-to-date";
import { newestHeads } from "../git/remote-heads";
import { remoteRepository } from "../git/remote-repository";
import { noProgress } from "../indexing/progress";
import { tokenOf } from "../indexing/read/repository";
import { NotNow, type SourceToRead, Unreadable } from "../indexing/text-piece";
import { patienceDays, patienceLooks } from "../unreached";
import { rereadAfter, rereadSoon } from "./schedule";

/**
 * Queues a look at each repository whose time has come. Several workers at once do no harm.
 * @returns their number
 */
export async function queueDueRepositories(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      update data_source set next_read_at = ${rereadAfter("GITHUB_REPO")} where id in (
        select id from data_source
        where next_read_at <= gurulog_now() and kind = 'GITHUB_REPO' and status in ('SUCCESS', 'FAIL')
        order by next_read_at limit 100 for update skip locked)
      returning id`);
    for (const row of rows) await enqueueIn(tx, "reread-repository", { dataSourceId: row.id });
    return rows.length;
  });
}

/**
 * The job: a repository that has another commit than the one that was read is indexed anew, as System. One that has not is
 * left as it is but for the names of its tags and the code of its default branch, and nothing is recorded. What is wrong with one for good the indexing finds out, and says why; while its
 * host cannot say, it stays as it is, shows since when, and is looked at again soon, and after some days the indexing fails.
 */
export async function rereadRepository(
  { dataSourceId }: { dataSourceId: string },
  stopping?: AbortSignal,
): Promise<void> {
  const { dataSource } = schema;
  const [source] = await readDb().select().from(dataSource).where(eq(dataSource.id, dataSourceId));
  if (source?.kind !== "GITHUB_REPO" || (source.status !== "SUCCESS" && source.status !== "FAIL")) return;
  const signal = stopping ?? new AbortController().signal;
  // What was read of it before is searched on, and beside it the default branch, which may be sound.
  if (source.status === "FAIL" && source.shownRun > 0 && (await isHere(source, signal)))
    await queueIfDefaultMoved(source, signal);
  const news = source.status === "FAIL" ? "some" : await newsOf(source, signal);
  if (news === "none") {
    await isReachedAgain(source);
    if (await queueIfDefaultMoved(source, signal)) return;
    return refreshTags(source.id, signal);
  }
  if (news instanceof NotNow && !(await lookAgainSoon(source, news.message))) return;
  await inTransaction(async (tx) => {
    const [row] = await tx
      .update(dataSource)
      .set({
        status: "NOT_PROCESSED",
        progressBytes: 0,
        ...noProgress,
        attempts: 0,
        indexRun: sql`${dataSource.indexRun} + 1`,
        heartbeatAt: sql`gurulog_now()`,
      })
      // Whoever reindexed it meanwhile has done this.
      .where(and(eq(dataSource.id, source.id), eq(dataSource.indexRun, source.indexRun)))
      .returning({ id: dataSource.id });
    if (row) await enqueueIn(tx, "index-repository", { dataSourceId: row.id });
  });
}

/** Can its code be indexed although it cannot be read? */
const isHere = async ({ id, settings }: LookedAt, signal: AbortSignal) =>
  (await copyWith(id, readHeads(settings), signal)) !== null;

type LookedAt = Omit<SourceToRead, "resumeAt">;

async function newsOf(source: LookedAt, signal: AbortSignal): Promise<"some" | "none" | NotNow> {
  if (source.url === null) return "some";
  try {
    const remote = await remoteRepository(source.url, await tokenOf(source), signal);
    const heads = await newestHeads({ remote, branches: branchesOf(source.settings), signal });
    return sameHeads(heads, readHeads(source.settings)) ? "none" : "some";
  } catch (error) {
    if (error instanceof Unreadable) return "some";
    if (error instanceof NotNow) return error;
    throw error;
  }
}

/** @returns whether it has been so for too long: then the indexing is to try, and to fail */
async function lookAgainSoon(source: LookedAt, message: string): Promise<boolean> {
  const { dataSource } = schema;
  const reason = cleanText(message, maxReasonLength);
  const [row] = await inTransaction((tx) =>
    tx.execute<{ isOverdue: boolean }>(sql`
      update data_source set next_read_at = ${rereadSoon()}, settings = settings || jsonb_build_object('unreached',
        jsonb_build_object(
          'since', coalesce(settings->'unreached'->>'since',
            to_char(gurulog_now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
          'looks', coalesce((settings->'unreached'->>'looks')::int, 0) + 1,
          'reason', ${reason}::text))
      where ${dataSource.id} = ${source.id} and ${dataSource.indexRun} = ${source.indexRun}
      returning (settings->'unreached'->>'looks')::int >= ${patienceLooks}
        and (settings->'unreached'->>'since')::timestamptz < gurulog_now() - make_interval(days => ${patienceDays})
        as "isOverdue"`),
  );
  return row?.isOverdue === true;
}

async function isReachedAgain(source: LookedAt): Promise<void> {
  if (!source.settings.unreached) return;
  const { dataSource } = schema;
  await inTransaction((tx) =>
    tx
      .update(dataSource)
      .set({ settings: sql`${dataSource.settings} - 'unreached'` })
      .where(and(eq(dataSource.id, source.id), eq(dataSource.indexRun, source.indexRun))),
  );
}
