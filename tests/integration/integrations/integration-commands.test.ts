import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fewAtOnce } from "@/lib/access/few-at-once";
import type { UserPrincipal } from "@/lib/access/principal";
import { createIntegration } from "@/lib/features/integrations/commands/create-integration";
import { deleteIntegration } from "@/lib/features/integrations/commands/delete-integration";
import { editIntegration } from "@/lib/features/integrations/commands/edit-integration";
import { listChannels } from "@/lib/features/integrations/commands/list-channels";
import { replaceCredentials } from "@/lib/features/integrations/commands/replace-credentials";
import { guruIntegration } from "@/lib/features/integrations/queries";
import { deleteSecret } from "@/lib/features/secrets/commands/delete-secret";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import {
  breakTheLog,
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { troubles } from "@/tests/support/stand-ins/content-server";
import { type StandInSlack, slackLogin, startSlack } from "@/tests/support/stand-ins/slack";
import { done, guruOf } from "../gurus/guru-for-tests";
import { until } from "../gurus/worker-harness";
import { standInEnv, tie } from "./integration-world";

let product: TestProduct;
let slack: StandInSlack;
let member: UserPrincipal;
let stranger: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  slack = await startSlack();
  member = await product.person("m.solberg@halden.example");
  stranger = await product.person("stranger@halden.example");
});
afterAll(async () => {
  await slack?.close();
  await product?.close();
});
beforeEach(async () => {
  guru = await guruOf(member);
});

const fields = (more: object = {}) => ({ baseUrl: slack.url, ...slackLogin, ...more });
const create = (more: object = {}, by = member) =>
  createIntegration.execute({
    principal: by,
    request,
    input: { guru: guru.slug, type: "SLACK", ...fields(more) },
  });
const eventsOf = async (action: string) =>
  (await product.events(action)).filter((event) => event.guru_id === guru.id);

describe("an integration is made", () => {
  it("after the service has taken the credentials, with who they are", async () => {
    const { id, accountName } = done(await create());
    expect(accountName).toBe("halden_bot in Halden Works");
    const [event, ...more] = await eventsOf("integration.created");
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "CREATE_INTEGRATION",
      actor_id: member.accountId,
      target_id: id,
      details: { type: "SLACK", baseUrl: slack.url, account: accountName },
    });
    expect(event?.target_label).toMatch(/^SLACK - /);
  });

  it.each([
    ["a token that the service does not know", { botToken: "xoxb-wrong" }, /Slack refuses the bot token/],
    ["a missing token", { botToken: "" }, /Enter the Bot token/],
    ["a field of another service", { webhookSecret: "x" }, /Slack takes no such field/],
    ["a token of two lines", { botToken: "xoxb-a\nxoxb-b" }, /one line/],
    ["a token with a NUL", { botToken: "xoxb-\0" }, /one line/],
    ["a secret that the guru does not have", { botToken: "{NOT_THERE}" }, /no secret NOT_THERE/],
    ["an address with a query", { baseUrl: "https://slack.example/api?x=1" }, /Leave out the \?/],
    ["an address that is none", { baseUrl: "javascript:alert(1)" }, /https:\/\//],
    ["an address with a password", { baseUrl: "https://a:b@slack.example" }, /password/],
    ["a closed address", { baseUrl: "http://169.254.169.254" }, /private, local or reserved/],
  ])("never with %s", async (_, more, message) => {
    const before = await countOf("integration");
    const result = await create(more);
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(message) });
    expect(await countOf("integration")).toBe(before);
    expect(await eventsOf("integration.created")).toEqual([]);
  });

  it("only once a service, and by nobody but a maintainer, before the service is asked", async () => {
    done(await create());
    expect(await create()).toMatchObject({ ok: false, code: "exists" });
    const asked = slack.asked.length;
    expect(await create({}, stranger)).toMatchObject({ ok: false, code: "not_found" });
    expect(slack.asked.length).toBe(asked);
  });

  it("not at all when it cannot be recorded", async () => {
    const before = await countOf("integration");
    const mend = await breakTheLog(product);
    expect(await create()).toMatchObject({ ok: false, code: "internal" });
    await mend();
    expect(await countOf("integration")).toBe(before);
  });
});

it("credentials are shown by their first four characters, and a secret by its name", async () => {
  const input = { guru: guru.slug, name: "SLACK_TOKEN", secretValue: slackLogin.botToken };
  const secret = done(await writeSecret.execute({ principal: member, request, input }));
  done(await create({ botToken: "{SLACK_TOKEN}" }));
  const read = { principal: member, request, input: { guru: guru.slug, type: "slack" } };
  const found = done(await guruIntegration.execute(read));
  expect(found?.integration?.credentials).toEqual([
    { label: "Bot token", shown: "{SLACK_TOKEN}" },
    { label: "Signing secret", shown: "slac••••" },
  ]);
  const gone = { guru: guru.slug, id: secret.id };
  const kept = await deleteSecret.execute({ principal: member, request, input: gone });
  expect(kept).toMatchObject({ ok: false, message: expect.stringMatching(/the integration “SLACK”/) });
});

it("a secret that is to go to a service is recorded as read before it leaves, whatever becomes of it", async () => {
  const input = { guru: guru.slug, name: "SLACK_TOKEN", secretValue: slackLogin.botToken };
  const secret = done(await writeSecret.execute({ principal: member, request, input }));
  const reads = () => eventsOf("secret.read");
  const fails = () => slack.trouble.push(troubles.fault, troubles.fault);
  fails();
  expect(await create({ botToken: "{SLACK_TOKEN}" })).toMatchObject({ ok: false, code: "busy" });
  const [event, ...more] = await reads();
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    operation: "SECRET_READ",
    actor_id: member.accountId,
    target_id: secret.id,
    outcome: "success",
    details: { type: "SLACK", host: new URL(slack.url).host },
  });
  slack.trouble.length = 0;
  const id = await tie(member, guru.slug, "SLACK", fields());
  fails();
  const other = { guru: guru.slug, id, type: "SLACK", ...fields({ botToken: "{SLACK_TOKEN}" }) };
  const replaced = await replaceCredentials.execute({ principal: member, request, input: other });
  expect(replaced).toMatchObject({ ok: false, code: "busy" });
  slack.trouble.length = 0;
  expect(await reads()).toHaveLength(2);
  // A secret whose reading cannot be recorded does not leave.
  const asked = slack.asked.length;
  const mend = await breakTheLog(product);
  expect(await create({ botToken: "{SLACK_TOKEN}" })).toMatchObject({ ok: false, code: "internal" });
  await mend();
  expect(slack.asked.length).toBe(asked);
});

it("a secret that no check sends is not recorded as read", async () => {
  const input = { guru: guru.slug, name: "SIGNING", secretValue: slackLogin.signingSecret };
  done(await writeSecret.execute({ principal: member, request, input }));
  const missing = { ok: false, message: expect.stringMatching(/no secret NOT_THERE/) };
  expect(await create({ signingSecret: "{NOT_THERE}" })).toMatchObject(missing);
  done(await create({ signingSecret: "{SIGNING}" }));
  expect(await eventsOf("secret.read")).toEqual([]);
});

it("a secret that waits for its turn to be sent is not recorded as read yet", async () => {
  const input = { guru: guru.slug, name: "SLACK_TOKEN", secretValue: slackLogin.botToken };
  done(await writeSecret.execute({ principal: member, request, input }));
  let end = () => {};
  const atIt = new Promise<void>((resolve) => {
    end = resolve;
  });
  const others = Array.from({ length: 4 }, () => fewAtOnce("service check", 4, () => atIt));
  const made = create({ botToken: "{SLACK_TOKEN}" });
  const turns: Map<string, { waiting: unknown[] }> = Reflect.get(
    globalThis,
    Symbol.for("gurulog.few-at-once"),
  );
  try {
    await until("it stands in line", async () => turns.get("service check")?.waiting.length === 1);
    expect(await eventsOf("secret.read")).toEqual([]);
  } finally {
    end();
    await Promise.all(others);
  }
  done(await made);
  expect(await eventsOf("secret.read")).toHaveLength(1);
});

it("channels and direct messages change before and after, and what the bot cannot see is refused", async () => {
  const id = await tie(member, guru.slug, "SLACK", fields());
  const edit = (more: object) =>
    editIntegration.execute({ principal: member, request, input: { guru: guru.slug, id, ...more } });
  const listed = await listChannels.execute({ principal: member, request, input: { guru: guru.slug, id } });
  expect(done(listed).channels.map(({ name }) => name)).toEqual(["#general", "#random", "#support"]);
  expect(await edit({ add: "secret-room" })).toMatchObject({ ok: false, message: /sees none of this name/ });
  done(await edit({ add: "#Support", addMode: "auto" }));
  done(await edit({ add: "C0GENERAL", directMessages: "on" }));
  done(await edit({ channel: ["manual C0SUPPORT", "remove C0GENERAL"], directMessages: "on" }));
  expect(done(await edit({ directMessages: "on" })).changed).toEqual([]);
  expect(await edit({ channel: "auto C0OTHER" })).toMatchObject({ ok: false, code: "invalid" });
  expect((await eventsOf("integration.updated")).map(({ changes }) => changes)).toEqual([
    [{ field: "channels", before: [], after: ["#support (auto)"] }],
    [
      { field: "channels", before: ["#support (auto)"], after: ["#support (auto)", "#general (manual)"] },
      { field: "direct_messages", before: false, after: true },
    ],
    [{ field: "channels", before: ["#support (auto)", "#general (manual)"], after: ["#support (manual)"] }],
  ]);
});

it("other credentials are checked first, and recorded without a value", async () => {
  const id = await tie(member, guru.slug, "SLACK", fields());
  const replace = (more: object) =>
    replaceCredentials.execute({
      principal: member,
      request,
      input: { guru: guru.slug, id, type: "SLACK", ...fields(more) },
    });
  expect(await replace({ botToken: "xoxb-wrong" })).toMatchObject({ ok: false, code: "invalid" });
  expect(await replace({ type: "DISCORD", signingSecret: "" })).toMatchObject({ ok: false, code: "invalid" });
  done(await replace({ signingSecret: "another-signing-secret" }));
  const [event, ...more] = await eventsOf("integration.updated");
  expect(more).toEqual([]);
  expect(event?.changes).toEqual([{ field: "credentials", before: "[redacted]", after: "[redacted]" }]);
});

it("its deletion is recorded, and again is refused", async () => {
  const id = await tie(member, guru.slug, "SLACK", fields());
  const remove = (by = member) =>
    deleteIntegration.execute({ principal: by, request, input: { guru: guru.slug, id } });
  expect(await remove(stranger)).toMatchObject({ ok: false, code: "not_found" });
  expect(done(await remove())).toEqual({ title: "Slack", jobs: 0 });
  expect(await remove()).toMatchObject({ ok: false, code: "not_found" });
  expect(await eventsOf("integration.deleted")).toHaveLength(1);
});
