import "server-only";
import { and, asc, desc, eq } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { isUuid } from "@/lib/platform/ids";
import { mostJobs } from "./schemas";

const { backfillJob, integration, account } = schema;

const listed = {
  id: backfillJob.id,
  type: integration.type,
  label: backfillJob.label,
  intervalHours: backfillJob.intervalHours,
  paused: backfillJob.paused,
  status: backfillJob.status,
  runWanted: backfillJob.runWanted,
  note: backfillJob.note,
  addedTotal: backfillJob.addedTotal,
  runFound: backfillJob.runFound,
  runAdded: backfillJob.runAdded,
  runChanged: backfillJob.runChanged,
  nextRunAt: backfillJob.nextRunAt,
  finishedAt: backfillJob.finishedAt,
  createdBy: account.email,
};

/** The backfill jobs of a guru, newest first, and the integrations that further ones can be made for. */
export const guruBackfillJobs = query({
  allow: onGuru<string>("backfill-job:manage", (ref) => ref),
  async run({ db, scope }) {
    const jobs = await db
      .select(listed)
      .from(backfillJob)
      .innerJoin(integration, eq(integration.id, backfillJob.integrationId))
      .leftJoin(account, eq(account.id, backfillJob.createdBy))
      .where(eq(backfillJob.guruId, scope.guru.id))
      .orderBy(desc(backfillJob.id))
      .limit(mostJobs);
    const integrations = await db
      .select({ id: integration.id, type: integration.type, accountName: integration.accountName })
      .from(integration)
      .where(eq(integration.guruId, scope.guru.id))
      .orderBy(asc(integration.type));
    return { guru: scope.guru, jobs, integrations };
  },
});

/**
 * One job with all its settings.
 * @returns null when the guru has no such job
 */
export const guruBackfillJob = query({
  allow: onGuru<{ guru: string; id: string }>("backfill-job:manage", ({ guru }) => guru),
  async run({ db, input, scope }) {
    if (!isUuid(input.id)) return null;
    const [job] = await db
      .select({
        ...listed,
        query: backfillJob.query,
        contentType: backfillJob.contentType,
        days: backfillJob.days,
        startedAt: backfillJob.startedAt,
        createdAt: backfillJob.createdAt,
        accountName: integration.accountName,
        baseUrl: integration.baseUrl,
      })
      .from(backfillJob)
      .innerJoin(integration, eq(integration.id, backfillJob.integrationId))
      .leftJoin(account, eq(account.id, backfillJob.createdBy))
      .where(and(eq(backfillJob.id, input.id), eq(backfillJob.guruId, scope.guru.id)));
    return job ? { guru: scope.guru, job } : null;
  },
});
