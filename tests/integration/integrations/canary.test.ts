import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { integrationKinds } from "@/lib/access/integration-fields";
import type { UserPrincipal } from "@/lib/access/principal";
import { answerMessage } from "@/lib/features/integrations/answering/answer-message";
import { createIntegration } from "@/lib/features/integrations/commands/create-integration";
import { editIntegration } from "@/lib/features/integrations/commands/edit-integration";
import { replaceCredentials } from "@/lib/features/integrations/commands/replace-credentials";
import { postSlackWebhook } from "@/lib/features/integrations/http/slack";
import { guruIntegration, guruIntegrations } from "@/lib/features/integrations/queries";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { secretField } from "@/lib/gate/to-action";
import { setRuntime } from "@/lib/platform/runtime";
import { canary, foundIn } from "@/tests/support/canaries/forms";
import { catchOutput } from "@/tests/support/canaries/output";
import { placesToLook } from "@/tests/support/canaries/places";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { type StandInSlack, slackLogin, slackSigned, startSlack } from "@/tests/support/stand-ins/slack";
import { done, guruOf } from "../gurus/guru-for-tests";
import { standInEnv } from "./integration-world";

const values = {
  signing: canary("signing"),
  replaced: canary("replaced"),
  refused: canary("refused"),
  whileTheLogIsBroken: canary("broken-log"),
  ofAnotherService: canary("another"),
  inExtraField: canary("extra"),
  repeatedByTheService: canary("repeated"),
  inASecret: canary("secret"),
  underLostKey: canary("lost-key"),
  privateKey: canary("private-key"),
};

let product: TestProduct;
let slack: StandInSlack;
let member: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  slack = await startSlack();
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
});
afterAll(async () => {
  await slack?.close();
  await product?.close();
});

it("a credential pushed through every field and every trouble is found in no table, log, export, page or error", async () => {
  const output = catchOutput();
  const answers: unknown[] = [];
  const act = async (command: typeof createIntegration, fields: object, attemptId = randomUUID()) => {
    const input = { guru: guru.slug, type: "SLACK", baseUrl: slack.url, ...slackLogin, ...fields };
    const result = await command.execute({ principal: member, request, input, attemptId });
    answers.push(result);
    return result;
  };

  await act(createIntegration, { botToken: values.refused });
  await act(createIntegration, { webhookSecret: values.ofAnotherService });
  await act(createIntegration, { note: values.inExtraField });
  await act(createIntegration, {
    ...{ type: "GITHUB", botToken: "", signingSecret: "", appId: "1", installationId: "2" },
    ...{ privateKey: `-----BEGIN ${values.privateKey}-----`, webhookSecret: values.privateKey },
  });
  slack.trouble.push({ status: 400, json: { message: values.repeatedByTheService } });
  await act(createIntegration, { botToken: values.repeatedByTheService });
  const mend = await breakTheLog(product);
  await act(createIntegration, { signingSecret: values.whileTheLogIsBroken });
  await mend();
  const attempt = randomUUID();
  const { id } = done(await act(createIntegration, { signingSecret: values.signing }, attempt));
  await act(createIntegration, { signingSecret: values.signing }, attempt);
  await act(createIntegration, { signingSecret: values.refused }, attempt);
  const stored = { guru: guru.slug, name: "TOKEN", secretValue: values.inASecret };
  done(await writeSecret.execute({ principal: member, request, input: stored }));
  await act(replaceCredentials as typeof createIntegration, { id, botToken: "{TOKEN}" });
  const replaced = { id, signingSecret: values.replaced };
  done(await act(replaceCredentials as typeof createIntegration, replaced));
  const edited = { guru: guru.slug, id, add: "support", addMode: "auto" };
  answers.push(await editIntegration.execute({ principal: member, request, input: edited }));

  // Deliveries, rightly and wrongly signed, and a service that repeats the token where the answer is posted.
  const event = { type: "message", channel: "C0SUPPORT", user: "U1", text: "How?", ts: "1700000001.000100" };
  const body = JSON.stringify({ type: "event_callback", team_id: "T0HALDEN1", event });
  for (const [secret, status] of [
    [values.replaced, 200],
    [values.refused, 401],
  ] as const) {
    const sent = new Request("http://localhost/x", {
      method: "POST",
      body,
      headers: slackSigned(body, secret),
    });
    const answer = await postSlackWebhook({ request: sent, params: { id }, facts: request });
    answers.push(await answer.text());
    expect(answer.status).toBe(status);
  }
  const [message] = await product.admin`select id from bot_message`;
  slack.trouble.push({ status: 403, json: { message: slackLogin.botToken } });
  expect(message).toBeDefined();
  const asked = { ok: true as const, value: { content: "An answer.", quotes: [], outcome: "quoted" } };
  const answering = { ask: async () => asked, draft: async () => null };
  await answerMessage({ messageId: message?.id as string }, answering, new AbortController().signal);

  const read = async () => {
    answers.push(await guruIntegrations.execute({ principal: member, request, input: guru.slug }));
    const input = { guru: guru.slug, type: "slack" };
    answers.push(await guruIntegration.execute({ principal: member, request, input }));
  };
  await read();
  done(await act(replaceCredentials as typeof createIntegration, { id, signingSecret: values.underLostKey }));
  setRuntime({
    ...product.runtime,
    keys: { ...product.runtime.keys, encryptionKeys: [{ id: "another", key: randomBytes(32) }] },
  });
  await read();
  const late = new Request("http://localhost/x", {
    method: "POST",
    body,
    headers: slackSigned(body, values.underLostKey),
  });
  answers.push((await postSlackWebhook({ request: late, params: { id }, facts: request })).status);
  expect(answers.at(-1)).toBe(503);
  setRuntime(product.runtime);
  output.release();

  const places = await placesToLook(product, output.text(), answers);
  expect(foundIn(places, { ...values, botToken: slackLogin.botToken })).toEqual([]);
  // What lies under the key ring stays in its own table.
  const [row] = await product.admin<{ credentials: Buffer }[]>`select credentials from integration`;
  const hex = row?.credentials.toString("hex") ?? "-";
  const holding = [...places].filter(([, text]) => text.includes(hex)).map(([place]) => place);
  expect(holding).toEqual(["public.integration"]);
  // The search sees what is there.
  expect(places.get("csv")).toContain("CREATE_INTEGRATION");
  expect(places.get("csv")).toContain("WEBHOOK_REJECTED");
  expect(places.get("the answers")).toContain("cana••••");
  expect(slack.asked.some(({ headers }) => headers.authorization === `Bearer ${values.inASecret}`)).toBe(
    true,
  );
}, 60_000);

it("a field for a credential never goes back into its form", () => {
  const fields = Object.values(integrationKinds).flatMap(({ fields }) => fields);
  const secret = fields.filter(({ isSecret }) => isSecret).map(({ name }) => name);
  expect(secret).toHaveLength(8);
  expect(secret.filter((name) => !secretField.test(name))).toEqual([]);
});
