import "server-only";
import { and, count, eq } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { backfillJobCreated } from "@/lib/audit/catalogue/backfill-jobs";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { checkedQuery, managedGuru } from "../check-query";
import { jobFact } from "../job-facts";
import { acceptedQuery, createBackfillJobInput, mostJobs } from "../schemas";

/** Keeps a job whose query its service has accepted. The doors lead to `createBackfillJob`, which asks it. */
export const storeBackfillJob = command({
  name: "create-backfill-job",
  input: createBackfillJobInput
    .pick({ guru: true, integration: true, intervalHours: true })
    .extend({ accepted: acceptedQuery.nullable() }),
  allow: onGuru<{ guru: string }>("backfill-job:manage", ({ guru }) => guru),
  event: backfillJobCreated,
  target: ({ input }) => ({ id: input.integration }),
  async run({ tx, input, principal, scope, enqueue }) {
    const { backfillJob, integration, guru } = schema;
    // Two at once would both count one too few; the integration's deletion waits, and then takes this job along.
    await tx.select({ id: guru.id }).from(guru).where(eq(guru.id, scope.guru.id)).for("no key update");
    const [found] = await tx
      .select({ id: integration.id, type: integration.type })
      .from(integration)
      .where(and(eq(integration.id, input.integration), eq(integration.guruId, scope.guru.id)))
      .for("key share");
    if (!found || !input.accepted)
      throw refuse("not_found", "This guru has no such integration any more. Reload the page.");
    const [had] = await tx
      .select({ n: count() })
      .from(backfillJob)
      .where(eq(backfillJob.guruId, scope.guru.id));
    if ((had?.n ?? 0) >= mostJobs)
      throw refuse("conflict", `A guru has at most ${mostJobs} backfill jobs. Delete one first.`);
    const job = { ...input.accepted, intervalHours: input.intervalHours };
    const [made] = await tx
      .insert(backfillJob)
      .values({ ...job, guruId: scope.guru.id, integrationId: found.id, createdBy: accountOf(principal) })
      .returning({ id: backfillJob.id });
    if (!made) throw new Error("no backfill job made");
    await enqueue("run-backfill-job", { backfillJobId: made.id });
    const fact = jobFact({ ...job, id: made.id, type: found.type }, scope.guru);
    return {
      value: { id: made.id, label: job.label },
      targetId: made.id,
      audit: fact,
    };
  },
});

/**
 * A maintainer has System bring in what a query finds, and again each time the interval has passed. The service is asked
 * first whether it takes the query; the first run begins at once.
 */
export const createBackfillJob = around(
  storeBackfillJob,
  createBackfillJobInput,
  async (input, call, proceed) => {
    const { guru, integration, intervalHours } = input;
    const guruId = await managedGuru(call.principal, guru);
    const accepted =
      guruId === null ? null : await checkedQuery({ guruId, integrationId: integration }, input);
    return proceed({ input: { guru, integration, intervalHours, accepted } });
  },
);
