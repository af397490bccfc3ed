import { expect, test } from "@playwright/test";
import { canary, foundIn } from "../support/canaries/forms";
import {
  type CanaryService,
  canaryServices,
  echoes,
  finalEchoes,
  type StartedService,
} from "../support/canaries/services";
import { githubSigned } from "../support/stand-ins/github";
import { slackSigned } from "../support/stand-ins/slack";
import { doneValue, type FieldValue, postForm } from "./support/actions-post";
import { type Answers, placesToLook } from "./support/canary-places";
import { freshAddress, send } from "./support/matrix-send";
import { makeWorld, type World } from "./support/roles-world";

let world: World;
const slug = "canaries";

test.beforeAll(async () => {
  test.setTimeout(180_000);
  world = await makeWorld({ env: { GURULOG_ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" } });
  const { cookie } = world.people.owner;
  const made = await postForm(world.url, "createGuruAction", { name: "Canaries", slug }, { cookie });
  expect(made.goTo, made.answer.text).toBe(`/gurus/${slug}`);
});
test.afterAll(() => world?.close());

for (const service of canaryServices)
  test(`${service.type}: what a form, a service and a page are given of its credentials is found nowhere afterwards`, async () => {
    test.setTimeout(180_000);
    const [first, second] = [await service.start(), await service.start()];
    try {
      const answers: Answers = [];
      const post = posting(answers);
      const id = await tied(service, first, second, post);
      await spokenWith(service, id, second, post, answers);
      await readBack(service, id, second, post);
      await seePages(service, answers);
      const places = await placesToLook(world, answers);
      expect(foundIn(places, valuesOf(service, [first, second]))).toEqual([]);
      // The search sees what is there.
      const holding = places.filter(([, text]) => text.includes(first.server.url)).map(([place]) => place);
      expect(holding).toContain("the csv export");
      expect(places.find(([place]) => place === "public.integration")?.[1]).toContain(second.server.url);
    } finally {
      await Promise.all([first.server.close(), second.server.close()]);
    }
  });

type Post = ReturnType<typeof posting>;

function posting(answers: Answers) {
  return async (action: string, fields: Record<string, FieldValue>) => {
    const { cookie } = world.people.owner;
    const done = await postForm(world.url, action, { guru: slug, ...fields }, { cookie, slug });
    answers.push([action, done.answer]);
    return done;
  };
}

/** Posts a form while the service repeats what it is sent, in each of its ways. */
async function inEachTrouble(server: StartedService["server"], does: () => Promise<unknown>): Promise<void> {
  for (const echo of echoes) {
    server.trouble.push(echo, echo, echo);
    await does();
    expect(server.trouble.length).toBeLessThan(3);
    server.trouble.length = 0;
  }
}

/** @returns the integration's id */
async function tied(
  { type }: CanaryService,
  first: StartedService,
  second: StartedService,
  post: Post,
): Promise<string> {
  const form = ({ server, login }: StartedService) => ({ type, baseUrl: server.url, ...login });
  await inEachTrouble(first.server, () => post("createIntegrationAction", form(first)));
  // Some take any answer for that of an account.
  await world.admin`
    delete from integration where type = ${type} and guru_id = (select id from guru where slug = ${slug})`;
  const { id } = doneValue<{ id: string }>(await post("createIntegrationAction", form(first)));
  const replace = (fields: Record<string, string>) => post("replaceCredentialsAction", { id, ...fields });
  const refused = await replace({ ...form(second), baseUrl: first.server.url });
  expect(refused.result?.ok, refused.answer.text).toBe(false);
  doneValue(await replace(form(second)));
  return id;
}

/** Channels, and deliveries that are signed with the right secret and with another. */
async function spokenWith(
  { type, place }: CanaryService,
  id: string,
  { server, login }: StartedService,
  post: Post,
  answers: Answers,
): Promise<void> {
  if (!place) return;
  await inEachTrouble(server, () => post("listChannelsAction", { id }));
  const add = { id, add: type === "SLACK" ? "#support" : place.channel, addMode: "auto" };
  await inEachTrouble(server, () => post("editIntegrationAction", add));
  doneValue(await post("editIntegrationAction", add));
  if (type === "DISCORD") return;
  const body = JSON.stringify(
    type === "SLACK" ? { type: "app_rate_limited" } : { zen: "Keep it logically awesome." },
  );
  const signed = (secret = "") =>
    type === "SLACK" ? slackSigned(body, secret) : githubSigned("ping", body, secret);
  for (const [secret, status] of [
    [login.signingSecret ?? login.webhookSecret, 200],
    [wrongSecret, 401],
  ] as const) {
    const headers = { ...signed(secret), "x-forwarded-for": freshAddress() };
    const path = `/api/webhooks/${type.toLowerCase()}/${id}`;
    const answer = await send(world.url, path, { method: "POST", body, headers });
    answers.push(["a delivery", answer]);
    expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
  }
}

const wrongSecret = canary("wrong-secret");

/** A backfill job that the worker runs, to its end and into trouble. */
async function readBack(
  service: CanaryService,
  integration: string,
  { server }: StartedService,
  post: Post,
): Promise<void> {
  const job = { integration, ...service.job, intervalHours: "24" };
  await inEachTrouble(server, () => post("createBackfillJobAction", job));
  const { id } = doneValue<{ id: string }>(await post("createBackfillJobAction", job));
  const status = async () => (await world.admin`select status from backfill_job where id = ${id}`)[0]?.status;
  await expect.poll(status, { timeout: 30_000 }).toBe("COMPLETED");
  for (const echo of finalEchoes) {
    const before = await finishedAt(id);
    server.trouble.push(...Array.from({ length: 6 }, () => echo));
    doneValue(await post("syncBackfillJobAction", { id }));
    await expect.poll(() => finishedAt(id), { timeout: 30_000 }).not.toBe(before);
    expect(await status()).toBe("FAILED");
    server.trouble.length = 0;
  }
}

async function finishedAt(id: string): Promise<string> {
  const [row] = await world.admin`select finished_at from backfill_job where id = ${id}`;
  return String(row?.finished_at?.toISOString());
}

/** The pages of the guru that tell of its services, as the owner sees them. */
async function seePages({ type }: CanaryService, answers: Answers): Promise<void> {
  const { cookie } = world.people.owner;
  const jobs = await world.admin`
    select id from backfill_job where guru_id = (select id from guru where slug = ${slug})`;
  const pages = [
    "integrations",
    `integrations/${type.toLowerCase()}`,
    "backfill-jobs",
    ...jobs.map(({ id }) => `backfill-jobs/${id}`),
    "data-sources",
    "audit-logs",
  ].map((page) => `/gurus/${slug}/${page}`);
  for (const page of [...pages, "/settings/audit-logs?outcome=failure"]) {
    const answer = await send(world.url, page, { cookie });
    answers.push([page, answer]);
    expect([page, answer.status]).toEqual([page, 200]);
  }
}

/** Every secret of the form, of the service, and every header that was sent. */
function valuesOf({ open }: CanaryService, started: readonly StartedService[]): Record<string, string> {
  const values: Record<string, string> = { "wrong secret": wrongSecret };
  for (const [nth, { server, login, given = {} }] of started.entries()) {
    for (const [name, value] of Object.entries({ ...login, ...given }))
      if (!open.includes(name)) values[`${name} ${nth}`] = value;
    for (const [at, { headers }] of server.asked.entries())
      if (headers.authorization) values[`sent ${nth}.${at}`] = headers.authorization.replace(/^\w+ /, "");
  }
  return values;
}
