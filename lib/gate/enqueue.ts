import "server-only";
import { sql } from "drizzle-orm";
import PgBoss from "pg-boss";
import { driverOf, type Tx } from "@/lib/db/client";
import type { JobData, JobName } from "@/lib/jobs/jobs";
import { queueValues } from "@/lib/jobs/queue-values";
import { runtime } from "@/lib/platform/runtime";

export type { JobData, JobName } from "@/lib/jobs/jobs";

const heldS = 3_600;

let sender: PgBoss | undefined;

/** A queue handle that only sends, and only through a transaction of ours: it never opens a connection itself. */
function boss(): PgBoss {
  sender ??= new PgBoss({
    db: {
      executeSql: async () => {
        throw new Error("jobs are queued inside a transaction of the gate");
      },
    },
    schema: "pgboss",
    migrate: false,
    supervise: false,
    schedule: false,
  });
  return sender;
}

/**
 * Queues a job in the given transaction: it exists if and when the transaction commits.
 * @throws when the queue does not exist (the library answers null without an error)
 */
export async function enqueueIn<N extends JobName>(tx: Tx, job: N, data: JobData<N>): Promise<void> {
  const client = driverOf(tx);
  const db = {
    executeSql: async (text: string, values: unknown[] = []) => ({
      rows: [...(await client.unsafe(text, queueValues(values)))],
    }),
  };
  // A demo being filled does the work itself, at the demo's time; its job waits and is a net in case it is broken off.
  const held = runtime().demoClock ? { startAfter: heldS } : {};
  const id = await boss().send(job, data, { db, ...held });
  if (!id) throw new Error(`the queue ${job} did not take the job`);
}

/**
 * What the jobs of a queue that no worker has taken yet are about, those to be delivered again included.
 * @param key of what the jobs carry
 * @param ids that are asked about
 * @returns those of them that have such a job
 */
export async function awaitingJobs<N extends JobName>(
  tx: Tx,
  job: N,
  key: keyof JobData<N> & string,
  ids: string[],
): Promise<Set<string>> {
  const rows = await tx.execute<{ id: string }>(sql`
    select distinct data->>${key}::text as id from pgboss.job
    where name = ${job} and state in ('created', 'retry')
      and data->>${key}::text in (select jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))`);
  return new Set(rows.map(({ id }) => id));
}
