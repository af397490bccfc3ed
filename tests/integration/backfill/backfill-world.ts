import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { IntegrationType } from "@/lib/access/integration-types";
import { sealCredentials } from "@/lib/access/integrations";
import type { UserPrincipal } from "@/lib/access/principal";
import { createBackfillJob } from "@/lib/features/backfill-jobs/commands/create-backfill-job";
import { runBackfillJob } from "@/lib/features/backfill-jobs/syncing/run-backfill-job";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import type { ContentServer } from "@/tests/support/stand-ins/content-server";
import { jiraLogin, type StandInIssue, type StandInJira, startJira } from "@/tests/support/stand-ins/jira";
import { loopback } from "../fetching/servers";
import { done, guruOf } from "../gurus/guru-for-tests";

export let product: TestProduct;
export let member: UserPrincipal;
export let guru: { id: string; slug: string; name: string };

const open: ContentServer[] = [];

/** To be called at the top of a file: a product that may reach this machine, a member with a guru, and no stand-in left. */
export function withBackfillProduct(): void {
  beforeAll(async () => {
    product = await createTestProduct({ GURULOG_ALLOW_PRIVATE_CIDRS: loopback });
    member = await product.person("m.solberg@halden.example");
    guru = await guruOf(member);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  });
  afterAll(() => product.close());
}

/** A stand-in until the test ends, with a guru of its own to be tied to it. */
export async function started<S extends ContentServer>(starting: Promise<S>): Promise<S> {
  const server = await starting;
  open.push(server);
  await newGuru();
  return server;
}

export let jira: StandInJira;
export let jiraIntegration: string;

/** To be called at the top of a file: a Jira for each test, and a guru tied to it. */
export function withJira(): void {
  beforeEach(async () => {
    jira = await started(startJira());
    jiraIntegration = await integrationIn("JIRA", jira.url, jiraLogin);
  });
}

export const issue = (n: number, more: Partial<StandInIssue> = {}): StandInIssue => ({
  id: `1000${n}`,
  key: `DOCS-${n}`,
  summary: `Part ${n}`,
  updated: "1",
  description: "<p>Words.</p>",
  ...more,
});
export const ofDocs = { query: "project = DOCS" };

/** Another guru of the member's, as a guru has one integration of a type. */
export async function newGuru(): Promise<void> {
  guru = await guruOf(member);
}

export async function integrationIn(
  type: IntegrationType,
  baseUrl: string,
  credentials: Record<string, string>,
): Promise<string> {
  const sealed = sealCredentials(guru.id, type, credentials);
  const [row] = await product.admin<{ id: string }[]>`
    insert into integration (guru_id, type, base_url, account_name, credentials, key_id)
    values (${guru.id}, ${type}, ${baseUrl}, 'Ida Berg', ${sealed.credentials}, ${sealed.keyId}) returning id`;
  if (!row) throw new Error("no integration made");
  return row.id;
}

export const create = (integration: string, input: object, principal = member) =>
  createBackfillJob.execute({
    principal,
    request,
    input: { guru: guru.slug, integration, intervalHours: "1", ...input },
  });

/** A job that has not run yet. */
export async function jobFor(integration: string, input: object): Promise<string> {
  return done(await create(integration, input)).id;
}

/** The same of an integration that is made for it. */
export async function jobOf(
  type: IntegrationType,
  { url }: ContentServer,
  credentials: Record<string, string>,
  input: object,
): Promise<string> {
  return jobFor(await integrationIn(type, url, credentials), input);
}

export async function jobRow(id: string) {
  const [row] = await product.admin`select * from backfill_job where id = ${id}`;
  if (!row) throw new Error("no such job");
  return row;
}

/** Runs a job that wants to, as its queue would: again, after an error that may pass. */
export async function synced(id: string) {
  for (let tries = 0; tries < 5; tries++) {
    await runBackfillJob({ backfillJobId: id }).catch(() => undefined);
    const row = await jobRow(id);
    if (row.status !== "SYNCING") return row;
  }
  throw new Error("it did not end");
}

/** As the clock would, when its time has come. */
export async function wantsRun(id: string): Promise<void> {
  await product.admin`update backfill_job set run_wanted = true, position = null where id = ${id}`;
}

export const sourcesOfGuru = () =>
  product.admin`select * from data_source where guru_id = ${guru.id} order by id`;
export const eventsOfGuru = async () => (await product.events()).filter((event) => event.guru_id === guru.id);
