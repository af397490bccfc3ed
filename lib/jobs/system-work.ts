import "server-only";
import { sql } from "drizzle-orm";
import { isForgotten } from "@/lib/access/sign-in-delay";
import { closeLostAnswers } from "@/lib/features/ask/finish-answer";
import { closeAbandonedExports } from "@/lib/features/audit-log/export-end";
import { queueDueJobs, requeueSilentJobs } from "@/lib/features/backfill-jobs/syncing/runs";
import { clearAllDeadCode, queueDueCode } from "@/lib/features/data-sources/code-index/runs";
import { requeueSilentCrawls } from "@/lib/features/data-sources/crawling/runs";
import { removeOrphanedCopies } from "@/lib/features/data-sources/git/remove-copies";
import { requeueSilent } from "@/lib/features/data-sources/indexing/runs";
import { queueDueRepositories } from "@/lib/features/data-sources/rereading/reread-repository";
import { removeUnusedUploads } from "@/lib/features/data-sources/uploads/remove-unused";
import { requeueSilentExcelJobs } from "@/lib/features/excel-jobs/running/runs";
import { pollDiscord } from "@/lib/features/integrations/answering/poll-discord";
import { requeueDueMessages } from "@/lib/features/integrations/answering/turns";
import { askDaily, requeueSilentVerifications } from "@/lib/features/log-integrity/verification/runs";
import { closeAbandonedSteps } from "@/lib/gate/abandoned-steps";
import { closeCounters } from "@/lib/gate/counted";
import { inTransaction } from "@/lib/gate/transaction";
import type { Periodic } from "./timers";

const minuteMs = 60_000;

/** Counters whose minute is over become events; a backlog, as after a long stop, is worked off at once. */
async function closeAllCounters(): Promise<void> {
  while ((await inTransaction(closeCounters)) > 0);
}

/** What is kept for a while only. A batch at a time, so that no statement runs into its limit. */
async function forget(): Promise<void> {
  const outdated = [
    sql`delete from attempt where ctid in (select ctid from attempt where created_at < now() - interval '24 hours' limit 5000)`,
    sql`delete from read_window where ctid in (select ctid from read_window where started_at < now() - interval '24 hours' limit 5000)`,
    sql`delete from api_reply where ctid in (select ctid from api_reply where created_at < gurulog_now() - interval '24 hours' limit 5000)`,
    sql`delete from answer_turn where ctid in (select ctid from answer_turn where started_at < gurulog_now() - interval '1 hour' limit 5000)`,
    sql`delete from sign_in_delay where ctid in (
      select ctid from sign_in_delay where ${isForgotten()} limit 5000)`,
    sql`delete from account_token where ctid in (
      select ctid from account_token where expires_at < now() - interval '24 hours' limit 5000)`,
    // Whoever opens the link of an old one is told that there is none; what came of it stands in the log.
    sql`delete from invite where ctid in (
      select ctid from invite
      where least(expires_at, coalesce(accepted_at, expires_at)) < now() - interval '30 days' limit 5000)`,
    // What was chosen of it are sources by now.
    sql`delete from crawl where ctid in (
      select ctid from crawl where coalesce(finished_at, created_at) < now() - interval '7 days' limit 5000)`,
    // Longer than the oldest delivery that is taken.
    sql`delete from webhook_delivery where ctid in (
      select ctid from webhook_delivery where received_at < now() - interval '2 days' limit 5000)`,
    // What was asked and answered stands in analytics; the answer itself with the service.
    sql`delete from bot_message where ctid in (
      select ctid from bot_message where finished_at < now() - interval '30 days' limit 5000)`,
    sql`delete from mail_message where ctid in (
      select ctid from mail_message
      where coalesce(delivered_at, given_up_at) < now() - interval '7 days' limit 5000)`,
  ];
  for (const statement of outdated)
    while ((await inTransaction((tx) => tx.execute(statement))).count === 5_000);
  while ((await removeUnusedUploads()) > 0);
}

/** Work of System that is due again and again while a worker runs. Several workers at once do no harm. */
export const systemWork: readonly Periodic[] = [
  { name: "closing counters", everyMs: minuteMs, run: closeAllCounters },
  { name: "closing sign-ins without their second step", everyMs: minuteMs, run: closeAbandonedSteps },
  { name: "closing exports that fell silent", everyMs: minuteMs, run: closeAbandonedExports },
  { name: "closing answers that broke off", everyMs: minuteMs, run: closeLostAnswers },
  { name: "indexing that fell silent", everyMs: minuteMs / 4, run: requeueSilent },
  { name: "searches of sites that fell silent", everyMs: minuteMs / 4, run: requeueSilentCrawls },
  { name: "Excel jobs that fell silent", everyMs: minuteMs / 4, run: requeueSilentExcelJobs },
  { name: "repositories that are due", everyMs: minuteMs, run: queueDueRepositories },
  { name: "code that is to be indexed", everyMs: minuteMs / 4, run: queueDueCode },
  { name: "code that nobody reads", everyMs: 10 * minuteMs, run: clearAllDeadCode },
  { name: "backfill jobs that are due", everyMs: minuteMs / 2, run: queueDueJobs },
  { name: "backfill jobs that fell silent", everyMs: minuteMs / 4, run: requeueSilentJobs },
  { name: "copies of repositories that are gone", everyMs: 60 * minuteMs, run: removeOrphanedCopies },
  { name: "questions to bots that are due", everyMs: minuteMs / 12, run: requeueDueMessages },
  { name: "channels of Discord", everyMs: minuteMs / 6, run: pollDiscord },
  { name: "daily verification", everyMs: minuteMs, run: askDaily },
  { name: "verification that fell silent", everyMs: minuteMs / 2, run: requeueSilentVerifications },
  { name: "forgetting", everyMs: 10 * minuteMs, run: forget },
];
