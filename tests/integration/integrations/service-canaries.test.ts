import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { secretNameOf } from "@/lib/access/secret-name";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { answerWhole } from "@/lib/features/ask/whole-answer";
import { createBackfillJob } from "@/lib/features/backfill-jobs/commands/create-backfill-job";
import { editBackfillJob } from "@/lib/features/backfill-jobs/commands/edit-backfill-job";
import { guruBackfillJob, guruBackfillJobs } from "@/lib/features/backfill-jobs/queries";
import { runBackfillJob } from "@/lib/features/backfill-jobs/syncing/run-backfill-job";
import { answerMessage } from "@/lib/features/integrations/answering/answer-message";
import { pollDiscord } from "@/lib/features/integrations/answering/poll-discord";
import { createIntegration } from "@/lib/features/integrations/commands/create-integration";
import { deleteIntegration } from "@/lib/features/integrations/commands/delete-integration";
import { editIntegration } from "@/lib/features/integrations/commands/edit-integration";
import { listChannels } from "@/lib/features/integrations/commands/list-channels";
import { replaceCredentials } from "@/lib/features/integrations/commands/replace-credentials";
import { postGithubWebhook } from "@/lib/features/integrations/http/github";
import { postSlackWebhook } from "@/lib/features/integrations/http/slack";
import { keepMessage } from "@/lib/features/integrations/incoming/keep-message";
import { guruIntegration, guruIntegrations } from "@/lib/features/integrations/queries";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import type { Command } from "@/lib/gate/command";
import { inTransaction } from "@/lib/gate/transaction";
import { canary, foundIn } from "@/tests/support/canaries/forms";
import { catchOutput } from "@/tests/support/canaries/output";
import { placesToLook } from "@/tests/support/canaries/places";
import {
  type CanaryService,
  canaryServices,
  echoedAccount,
  echoes,
  namedCanaryServices,
  type StartedService,
} from "@/tests/support/canaries/services";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import type { ContentServer } from "@/tests/support/stand-ins/content-server";
import { githubSigned } from "@/tests/support/stand-ins/github";
import { slackSigned } from "@/tests/support/stand-ins/slack";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { standInEnv } from "./integration-world";

let product: TestProduct;
let member: UserPrincipal;
let viewer: UserPrincipal;
beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  member = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
});
afterAll(() => product?.close());

/** One guru tied to one service, and all that people, the service and the clock do with it. */
class Flows {
  /** All that anybody was given. */
  readonly seen: unknown[] = [];
  constructor(
    readonly guru: { id: string; slug: string },
    readonly service: CanaryService,
  ) {}

  async act<V>(command: Command<V>, fields: object, principal = member) {
    const input = { guru: this.guru.slug, ...fields };
    const result = await command.execute({ principal, request, input, attemptId: randomUUID() });
    this.seen.push(result);
    return result;
  }

  /** Does something while the service answers in each way that repeats what it was sent, at each request that it takes. */
  async inEachTrouble(server: ContentServer, does: () => Promise<unknown>, skips = this.service.skips) {
    for (const skip of skips)
      for (const echo of echoes) {
        const first = Array.from({ length: skip }, () => () => undefined);
        server.trouble.push(...first, echo, echo, echo);
        this.seen.push(await does().catch((error: unknown) => error));
        expect(server.trouble.length).toBeLessThan(skip + 3);
        server.trouble.length = 0;
        await this.readPages();
      }
  }

  async readPages(): Promise<void> {
    const by = { principal: member, request };
    const { slug } = this.guru;
    const type = this.service.type.toLowerCase();
    this.seen.push(await guruIntegrations.execute({ ...by, input: slug }));
    this.seen.push(await guruIntegration.execute({ ...by, input: { guru: slug, type } }));
    this.seen.push(await guruBackfillJobs.execute({ ...by, input: slug }));
    const jobs = await product.admin`select id from backfill_job where guru_id = ${this.guru.id}`;
    for (const { id } of jobs)
      this.seen.push(await guruBackfillJob.execute({ ...by, input: { guru: slug, id } }));
  }
}

/** Created, refused, replaced, and with an account that is called by what was sent. @returns the integration's id */
async function tied(flows: Flows, first: StartedService, second: StartedService): Promise<string> {
  const { type } = flows.service;
  const form = ({ server, login }: StartedService) => ({ type, baseUrl: server.url, ...login });
  await flows.inEachTrouble(first.server, () => flows.act(createIntegration, form(first)), [0]);
  // Some take any answer for that of an account.
  await product.admin`delete from integration where guru_id = ${flows.guru.id}`;
  await flows.act(createIntegration, form(first), viewer);
  await flows.act(createIntegration, { ...form(first), note: first.login.botToken ?? first.login.apiToken });
  const { id } = done(await flows.act(createIntegration, form(first)));
  await flows.act(createIntegration, form(first));
  const replace = (fields: object, by = member) => flows.act(replaceCredentials, { id, ...fields }, by);
  // What another one takes is refused here.
  expect((await replace({ ...form(second), baseUrl: first.server.url })).ok).toBe(false);
  await flows.inEachTrouble(second.server, () => replace(form(second)), [0]);
  await replace(form(second), viewer);
  second.server.trouble.push(...Array.from({ length: 3 }, () => echoedAccount(type)));
  done(await replace(form(second)));
  await flows.readPages();
  second.server.trouble.length = 0;
  done(await replace(form(second)));
  return id;
}

/** A bot's channels, its answers, and what comes in for it. */
async function answered(flows: Flows, id: string, { server, login }: StartedService): Promise<void> {
  const { place, type } = flows.service;
  if (!place) return;
  const channel = type === "SLACK" ? "#support" : place.channel;
  await flows.inEachTrouble(server, () => flows.act(listChannels, { id }));
  await flows.inEachTrouble(server, () => flows.act(editIntegration, { id, add: channel, addMode: "auto" }));
  done(await flows.act(listChannels, { id }));
  done(await flows.act(editIntegration, { id, add: channel, addMode: "auto" }));
  const answer = async () => {
    const externalId = randomUUID();
    await inTransaction((tx) =>
      keepMessage(tx, id, { externalId, place, question: "How is it rolled back?" }),
    );
    const [row] = await product.admin`select id from bot_message where external_id = ${externalId}`;
    const answering = { ask: answerWhole, draft: draftAnswer };
    await answerMessage({ messageId: row?.id as string }, answering, new AbortController().signal);
    return (await product.admin`select state, error from bot_message where id = ${row?.id as string}`)[0];
  };
  await flows.inEachTrouble(server, answer);
  expect(await answer()).toMatchObject({ state: "posted" });
  if (type === "DISCORD") {
    const look = async () => {
      await product.admin`update channel_position set read_at = now() - interval '1 minute'`;
      return pollDiscord();
    };
    await flows.inEachTrouble(server, look);
    await look();
    return;
  }
  const deliveries = deliveriesTo(type, login);
  for (const headers of [deliveries.signed, deliveries.wrong, {}]) {
    const delivery = new Request("http://localhost/x", { method: "POST", body: deliveries.body, headers });
    const post = type === "SLACK" ? postSlackWebhook : postGithubWebhook;
    const answer = await post({ request: delivery, params: { id }, facts: request });
    flows.seen.push([answer.status, await answer.text(), [...answer.headers]]);
    expect(answer.status).toBe(headers === deliveries.signed ? 200 : 401);
  }
}

const wrongSecret = canary("wrong-secret");

function deliveriesTo(type: string, { signingSecret, webhookSecret }: Record<string, string>) {
  const user = { login: "tuva", type: "User" };
  const about = {
    id: 1,
    number: 12,
    title: "Rollback",
    body: "How?",
    created_at: new Date().toISOString(),
    user,
  };
  const where = { repository: { full_name: "Halden/Gateway" }, installation: { id: 7654321 } };
  const event = { type: "message", channel: "C0SUPPORT", user: "U1", text: "How?", ts: "1700000001.000100" };
  const body = JSON.stringify(
    type === "SLACK"
      ? { type: "event_callback", team_id: "T0HALDEN1", event }
      : { action: "opened", ...where, issue: about },
  );
  const by = (secret = "") =>
    type === "SLACK" ? slackSigned(body, secret) : githubSigned("issues", body, secret);
  return { body, signed: by(signingSecret ?? webhookSecret), wrong: by(wrongSecret) };
}

/** A backfill job that is refused, made, changed and run. */
async function backfilled(flows: Flows, integration: string, { server }: StartedService): Promise<void> {
  const job = { ...flows.service.job, intervalHours: "1" };
  await flows.inEachTrouble(server, () => flows.act(createBackfillJob, { integration, ...job }));
  const { id } = done(await flows.act(createBackfillJob, { integration, ...job }));
  const run = async () => {
    await product.admin`update backfill_job set run_wanted = true, position = null where id = ${id}`;
    return runBackfillJob({ backfillJobId: id });
  };
  const row = async () => (await product.admin`select * from backfill_job where id = ${id}`)[0];
  await flows.inEachTrouble(server, async () => {
    await run().catch((error: unknown) => flows.seen.push(error));
    return row();
  });
  for (let tries = 0; tries < 2; tries++) if ((await row())?.status !== "COMPLETED") await run();
  expect(await row()).toMatchObject({ status: "COMPLETED", run_found: 1 });
  await flows.inEachTrouble(server, () => flows.act(editBackfillJob, { id, ...job, intervalHours: "2" }));
}

it.each([
  ...canaryServices.map((service) => [service.type, service] as const),
  ...namedCanaryServices.map((service) => [`${service.type} by names`, service] as const),
])(
  "%s: its credentials, given and sent in every way, are found nowhere, whatever it answers",
  async (_, service) => {
    const flows = new Flows(await guruOf(member), service);
    await giveRole(flows.guru.id, viewer, "viewer");
    const [first, second] = [await service.start(), await service.start()];
    const output = catchOutput();
    try {
      for (const [name, secretValue] of Object.entries({ ...first.stored, ...second.stored }))
        done(await flows.act(writeSecret, { name, secretValue }));
      const id = await tied(flows, first, second);
      await answered(flows, id, second);
      await backfilled(flows, id, second);
      await flows.readPages();
      const [row] = await product.admin<{ credentials: Buffer }[]>`
        select credentials from integration where id = ${id}`;
      const sealed = row?.credentials.toString("hex") ?? "-";

      const values = valuesOf(service, [first, second]);
      const places = await placesToLook(product, output.text(), flows.seen);
      expect(foundIn(places, values)).toEqual([]);
      const holding = [...places].filter(([, text]) => text.includes(sealed)).map(([place]) => place);
      expect(holding).toEqual(["public.integration"]);
      done(await flows.act(deleteIntegration, { id }));
      expect(foundIn(await placesToLook(product, output.text(), flows.seen), values)).toEqual([]);

      // The search sees what is there: the acts, their refusals, and how far the service's words came.
      for (const format of ["csv", "json", "xlsx", "zip"])
        for (const operation of [
          "CREATE_INTEGRATION",
          "EDIT_INTEGRATION",
          "UPDATE_BACKFILL_JOB",
          "ACCESS_DENIED",
        ])
          expect(places.get(format)).toContain(operation);
      expect(places.get("the answers")).toContain("[redacted]");
      expect(places.get("public.integration")).toContain(flows.guru.id);
    } finally {
      output.release();
      await Promise.all([first.server.close(), second.server.close()]);
    }
  },
  120_000,
);

/** Every secret of the form, of the service, and every header that was sent: Basic's base64 and GitHub's signed tokens. */
function valuesOf({ open }: CanaryService, started: readonly StartedService[]): Record<string, string> {
  const values: [string, string][] = [["wrong secret", wrongSecret]];
  for (const [nth, { server, login, given = {}, stored = {} }] of started.entries()) {
    const typed = Object.entries(login).filter(([, value]) => secretNameOf(value) === null);
    const secrets = [...typed, ...Object.entries({ ...given, ...stored })].filter(
      ([name]) => !open.includes(name),
    );
    const sent = new Set(
      server.asked.map(({ headers }) => headers.authorization?.replace(/^\w+ /, "") ?? ""),
    );
    sent.delete("");
    expect(sent.size).toBeGreaterThan(0);
    values.push(...secrets.map(([name, value]): [string, string] => [`${name} ${nth}`, value]));
    values.push(...[...sent].map((value, at): [string, string] => [`sent ${nth}.${at}`, value]));
  }
  return Object.fromEntries(values);
}
