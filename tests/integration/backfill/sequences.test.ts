import fc from "fast-check";
import { expect, it } from "vitest";
import { runBackfillJob } from "@/lib/features/backfill-jobs/syncing/run-backfill-job";
import { requeueSilentJobs } from "@/lib/features/backfill-jobs/syncing/runs";
import { propertyRuns } from "@/tests/support/property-runs";
import { type GivenAnswer, troubles } from "@/tests/support/stand-ins/content-server";
import { jiraLogin, type StandInIssue } from "@/tests/support/stand-ins/jira";
import {
  eventsOfGuru,
  issue,
  jira,
  jobOf,
  jobRow,
  newGuru,
  ofDocs,
  product,
  sourcesOfGuru,
  synced,
  wantsRun,
  withBackfillProduct,
  withJira,
} from "./backfill-world";

withBackfillProduct();
withJira();

/** What happens between two runs and during the second: issues come, change and go, and the run is broken off. */
const step = fc.record({
  appear: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 6 }),
  change: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 4 }),
  vanish: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 3 }),
  pageSize: fc.integer({ min: 1, max: 5 }),
  faults: fc.integer({ min: 0, max: 2 }),
  /** The worker is gone after so many answers, with a word or without. */
  dies: fc.option(fc.record({ after: fc.integer({ min: 1, max: 4 }), silently: fc.boolean() })),
});

it("whatever comes, changes, goes and breaks off: each item ever found is one source, with its last text", async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
    await newGuru();
    const job = await jobOf("JIRA", jira, jiraLogin, ofDocs);
    const issues = new Map<number, StandInIssue>();
    const everFound = new Map<string, string>();
    let version = 0;
    const put = (n: number) => {
      version += 1;
      const description = `<p>Text ${version}.</p>`;
      issues.set(n, issue(n, { updated: `${version}`, description }));
    };
    for (const { appear, change, vanish, pageSize, faults, dies } of steps) {
      for (const n of appear) if (!issues.has(n)) put(n);
      for (const n of change) if (issues.has(n)) put(n);
      for (const n of vanish) issues.delete(n);
      Object.assign(jira, { pageSize, issues: [...issues.values()] });
      for (const { key, description = "" } of issues.values()) everFound.set(key, description);
      await wantsRun(job);
      jira.trouble.push(...Array.from({ length: faults }, (): GivenAnswer => troubles.fault));
      if (dies) await brokenOff(job, jira.asked, dies);
      jira.trouble.length = 0;
      expect((await synced(job)).status).toBe("COMPLETED");
    }
    const sources = await sourcesOfGuru();
    const kept = new Map(
      sources.map(({ url, content }) => [String(url).split("/").at(-1) ?? "", String(content)]),
    );
    expect([...kept.keys()].sort()).toEqual([...everFound.keys()].sort());
    for (const [key, description] of everFound) expect(kept.get(key)).toContain(description);
    expect(sources).toHaveLength(everFound.size);
    const added = (await eventsOfGuru()).filter(
      ({ operation, details }) => operation === "ADD_DATASOURCE" && details.updated === undefined,
    );
    expect(new Set(added.map(({ target_id }) => target_id)).size).toBe(added.length);
    expect(added).toHaveLength(everFound.size);
    expect((await jobRow(job)).added_total).toBe(everFound.size);
  });
  await fc.assert(property, { numRuns: propertyRuns(12) });
}, 300_000);

/** A run that ends somewhere; one that dies silently is found by its silence. */
async function brokenOff(
  job: string,
  asked: readonly unknown[],
  { after, silently }: { after: number; silently: boolean },
): Promise<void> {
  const stopping = new AbortController();
  const enough = asked.length + after;
  const watch = setInterval(() => {
    if (asked.length >= enough) stopping.abort();
  }, 1);
  await runBackfillJob({ backfillJobId: job }, stopping.signal).catch(() => undefined);
  clearInterval(watch);
  if (!silently || (await jobRow(job)).status !== "SYNCING") return;
  await product.admin`
    update backfill_job set run_wanted = false, heartbeat_at = now() - interval '2 minutes' where id = ${job}`;
  await requeueSilentJobs();
}
