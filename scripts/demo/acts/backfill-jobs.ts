import { eq } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { beginBackfillRun } from "@/lib/features/backfill-jobs/commands/begin-backfill-run";
import { storeBackfillJob } from "@/lib/features/backfill-jobs/commands/create-backfill-job";
import { deleteBackfillJob } from "@/lib/features/backfill-jobs/commands/delete-backfill-job";
import { endBackfillRun } from "@/lib/features/backfill-jobs/commands/end-backfill-run";
import { keepBackfilledItems } from "@/lib/features/backfill-jobs/commands/keep-backfilled-items";
import { pauseBackfillJob } from "@/lib/features/backfill-jobs/commands/pause-backfill-job";
import { syncBackfillJob } from "@/lib/features/backfill-jobs/commands/sync-backfill-job";
import { guruBackfillJobs } from "@/lib/features/backfill-jobs/queries";
import { queueDueJobs } from "@/lib/features/backfill-jobs/syncing/runs";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { keepIntegration } from "@/lib/features/integrations/commands/keep-integration";
import { toJob } from "@/lib/gate/to-job";
import { randomToken } from "@/lib/platform/crypto";
import { present } from "./accounts";
import { liveGuru } from "./gurus";
import { callOf, done, type World } from "./world";

/** A job is made and runs, by the clock and by hand; a second was a mistake; in the end the first is paused. */
export type BackfillStep = "made" | "due" | "by-hand" | "mistaken" | "paused";

/** A name that leads nowhere: nothing of a demo goes out. */
const baseUrl = "https://jira.example";
const begin = toJob(beginBackfillRun);
const keep = toJob(keepBackfilledItems);
const end = toJob(endBackfillRun);

/** Whoever made the guru has the team's tickets brought in. */
export async function backfillAct(
  world: World,
  { slug, step }: { slug: string; step: BackfillStep },
): Promise<void> {
  const guru = liveGuru(world, slug);
  const call = callOf(await present(world, guru.spec.maker));
  if (step === "made") {
    const account = { accountName: "Halden automation" };
    const credentials = { email: "automation@halden.example", apiToken: randomToken() };
    const tied = { guru: slug, type: "JIRA", baseUrl, account, credentials };
    done(await keepIntegration.execute({ ...call, input: tied }));
    await store("project = DESK AND status = Done");
    return run(2);
  }
  if (step === "mistaken") {
    await store("project = DESK AND status = Dnoe");
    await end({
      ...(await begun()),
      status: "FAILED",
      note: "Jira cannot use what was asked. It says: The value 'Dnoe' does not exist for the field 'status'.",
    });
    later(60_000, 240_000);
    return void done(await deleteBackfillJob.execute({ ...call, input: { guru: slug, id: await newest() } }));
  }
  const input = { guru: slug, id: await newest() };
  if (step === "due") {
    // Where the story is told fast, its time has not come yet.
    if ((await queueDueJobs()) === 0) return;
    return run(3);
  }
  if (step === "by-hand") {
    done(await syncBackfillJob.execute({ ...call, input }));
    return run(4);
  }
  done(await pauseBackfillJob.execute({ ...call, input: { ...input, paused: "on" } }));

  function later(fewestMs: number, mostMs: number): void {
    world.clock.advanceTo(world.clock.now().getTime() + world.random.between(fewestMs, mostMs));
  }
  async function store(query: string): Promise<void> {
    const { integrations } = done(await guruBackfillJobs.execute({ ...call, input: slug }));
    const accepted = { query, label: query, contentType: null, days: null };
    const integration = integrations.find(({ type }) => type === "JIRA")?.id;
    done(
      await storeBackfillJob.execute({
        ...call,
        input: { guru: slug, integration, intervalHours: 6, accepted },
      }),
    );
  }
  async function newest(): Promise<string> {
    return done(await guruBackfillJobs.execute({ ...call, input: slug })).jobs[0]?.id ?? "";
  }
  async function begun() {
    later(500, 2_000);
    const backfillJobId = await newest();
    const job = await begin({ backfillJobId });
    if (!job) throw new Error("the demo's backfill job wants no run");
    later(1_500, 6_000);
    return { backfillJobId, claim: job.claim };
  }
  /** What the worker does, with the tickets that there are by then. */
  async function run(tickets: number): Promise<void> {
    const about = await begun();
    const items = guru.spec.questions.slice(0, tickets).map((question, at) => ({
      key: `${baseUrl} ${10_001 + at}`,
      title: `DESK-${at + 1} ${question}`,
      url: `${baseUrl}/browse/DESK-${at + 1}`,
      version: "1",
      format: "markdown",
      text: `# ${question}\n\n${guru.spec.notes[at % guru.spec.notes.length] ?? "Answered."}`,
    }));
    await keep({ ...about, kind: "JIRA", found: items.length, leftOut: 0, items, next: null });
    await end({ ...about, status: "COMPLETED" });
    const { dataSource } = schema;
    const waiting = await readDb()
      .select({ id: dataSource.id })
      .from(dataSource)
      .where(eq(dataSource.status, "NOT_PROCESSED"));
    for (const { id } of waiting) {
      later(700, 4_000);
      await indexDataSource({ dataSourceId: id });
    }
  }
}
