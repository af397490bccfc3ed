import { expect, it, vi } from "vitest";
import { confluenceClient } from "@/lib/access/services/confluence";
import { githubClient } from "@/lib/access/services/github";
import { jiraClient } from "@/lib/access/services/jira";
import { editBackfillJob } from "@/lib/features/backfill-jobs/commands/edit-backfill-job";
import { guruBackfillJob, guruBackfillJobs } from "@/lib/features/backfill-jobs/queries";
import { runBackfillJob } from "@/lib/features/backfill-jobs/syncing/run-backfill-job";
import { createIntegration } from "@/lib/features/integrations/commands/create-integration";
import { testRequest as request } from "@/tests/support/product";
import { basic, contentServer } from "@/tests/support/stand-ins/content-server";
import { githubLogin } from "@/tests/support/stand-ins/github";
import { jiraLogin } from "@/tests/support/stand-ins/jira";
import { slackLogin } from "@/tests/support/stand-ins/slack";
import { copyOfTables } from "../erasure/whole-database";
import { done } from "../gurus/guru-for-tests";
import {
  create,
  guru,
  jira,
  jiraIntegration,
  jobFor,
  jobRow,
  member,
  newGuru,
  ofDocs,
  product,
  wantsRun,
  withBackfillProduct,
  withJira,
} from "./backfill-world";

withBackfillProduct();
withJira();

it.each([
  [
    "Jira",
    "JIRA",
    jiraLogin,
    basic(jiraLogin.email, jiraLogin.apiToken),
    (name: string) => ({ displayName: name }),
  ],
  [
    ...(["Slack", "SLACK", slackLogin, slackLogin.botToken] as const),
    (user: string) => ({ ok: true, user, team: "x", team_id: "T1", user_id: user }),
  ],
] as const)(
  "%s: a name of the account that repeats our credentials is kept without them",
  async (_, type, login, sent, answer) => {
    await newGuru();
    const secrets = [sent.replace("Basic ", ""), "apiToken" in login ? login.apiToken : login.signingSecret];
    const service = await contentServer(null, () => ({ json: answer(secrets.join(" and ")) }));
    const input = { guru: guru.slug, type, baseUrl: service.url, ...login };
    const made = done(await createIntegration.execute({ principal: member, request, input }));
    await service.close();
    expect(made.accountName).toContain("[redacted] and [redacted]");
    const texts = [...(await copyOfTables(product.admin))].map(([, text]) => text).join("\n");
    expect(secrets.filter((secret) => texts.includes(secret))).toEqual([]);
  },
);

it.each([
  ["Jira", jiraClient, jiraLogin, {}, "an account without a name"],
  ["Confluence", confluenceClient, jiraLogin, {}, "an account without a name"],
  ["GitHub", githubClient, githubLogin, { slug: "halden-bot", name: "Halden bot" }, "Halden bot"],
] as const)(
  "%s: an account without a name is not called by what signs in",
  async (_, client, login, answer, name) => {
    const token = { token: "ghs_1", expires_at: new Date().toISOString() };
    const service = await contentServer(null, () => ({ json: { ...answer, ...token } }));
    const { accountName } = await client({ baseUrl: service.url, credentials: login }).check();
    await service.close();
    expect(accountName).toBe(name);
  },
);

it("a service that repeats our credentials in every way does not bring them into a table, log, answer or error", async () => {
  const header = basic(jiraLogin.email, jiraLogin.apiToken);
  const secrets = [jiraLogin.apiToken, header.replace("Basic ", "")];
  const words = `no, not with ${jiraLogin.apiToken} or ${header}, ${header.replace("Basic ", "")}`;
  const repeated = [400, 401, 403, 404, 418, 422, 429, 500, 503].map((status) => ({
    status,
    json: { errorMessages: [words], message: words },
  }));
  const printed: string[] = [];
  const spies = [vi.spyOn(process.stderr, "write"), vi.spyOn(process.stdout, "write")];
  for (const spy of spies) spy.mockImplementation((text) => printed.push(String(text)) > 0);

  const answers: unknown[] = [];
  for (const answer of repeated) {
    // A service that says neither how long is asked again after a second, three times.
    jira.trouble.push(...Array.from({ length: answer.status === 429 ? 4 : 2 }, () => answer));
    answers.push(await create(jiraIntegration, ofDocs));
    jira.trouble.length = 0;
  }
  const id = await jobFor(jiraIntegration, ofDocs);
  for (const answer of repeated.filter(({ status }) => status !== 429)) {
    jira.trouble.push(answer, answer);
    await wantsRun(id);
    answers.push(
      await runBackfillJob({ backfillJobId: id }).catch((error: Error) => [error.message, error.stack]),
    );
    answers.push(await jobRow(id));
    jira.trouble.length = 0;
  }
  jira.trouble.push(...repeated.slice(0, 2));
  const input = { guru: guru.slug, id, query: "project = OPS", intervalHours: "1" };
  answers.push(await editBackfillJob.execute({ principal: member, request, input }));
  answers.push(await guruBackfillJobs.execute({ principal: member, request, input: guru.slug }));
  answers.push(await guruBackfillJob.execute({ principal: member, request, input: { guru: guru.slug, id } }));
  for (const spy of spies) spy.mockRestore();

  const texts: [string, string][] = [
    ["the output", printed.join("\n")],
    ["the answers", JSON.stringify(answers)],
    ...(await copyOfTables(product.admin)),
  ];
  const found = secrets.flatMap((secret) =>
    texts.filter(([, text]) => text.includes(secret)).map(([place]) => place),
  );
  expect(found).toEqual([]);
  // The search sees what is there: the service's words came that far.
  expect(texts[1]?.[1]).toContain("no, not with [redacted]");
  expect(jira.asked.at(-1)?.headers.authorization).toBe(header);
}, 60_000);
