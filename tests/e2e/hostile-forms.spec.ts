import { randomUUID } from "node:crypto";
import { expect } from "@playwright/test";
import { doneValue, type FieldValue, postForm } from "./support/actions-post";
import { assertPlain, type Hostile, hostileValues, logReader } from "./support/matrix-hostile";
import { eachOf, send } from "./support/matrix-send";
import { businessState } from "./support/roles-database";
import { test } from "./support/roles-fixture";
import type { Role, World } from "./support/roles-world";

type Fields = Record<string, FieldValue>;

let made = 0;
/** Valid values, new each time. */
const word = () => `w${++made}x${randomUUID().slice(0, 8)}`;

interface Form {
  action: string;
  by: Role;
  fields: () => Fields;
  /** The operation recorded when it is done, and the one when the act (not the form's check) refuses. */
  done?: string;
  refused?: string;
  /** The one of a refusal with these words alone, which names a field as the form's check does. */
  refusedSaying?: { words: RegExp; operation: string };
  /** When it is done, nothing of the guru has changed, so nothing is recorded. */
  silent?: true;
}

const guru = "guru-a";
/** Of a repository. */
const choice = { branches: "main", include: "docs/**", exclude: "vendor/**", secret: "" };
const forms: Form[] = [
  {
    action: "registerAction",
    by: "anonymous",
    fields: () => ({ name: word(), email: `${word()}@hostile.example`, password: `${word()} and more` }),
    done: "REGISTER",
    refused: "USER_CREATION_FAILED",
  },
  {
    action: "signInAction",
    by: "anonymous",
    fields: () => ({ email: `${word()}@hostile.example`, password: word(), next: "/gurus" }),
    refused: "LOGIN_FAILED",
  },
  {
    action: "changePasswordAction",
    by: "viewer",
    fields: () => ({ currentPassword: "not this one, no", newPassword: `${word()} and more` }),
    refusedSaying: { words: /^The current password is wrong/, operation: "LOGIN_FAILED" },
  },
  {
    action: "createApiKeyAction",
    by: "member",
    fields: () => ({ name: word(), scopes: "gurus", expiresInDays: "7" }),
    done: "CREATE_API_KEY",
    refused: "CREATE_API_KEY_FAILED",
  },
  {
    action: "deleteApiKeyAction",
    by: "member",
    fields: () => ({ name: word() }),
    done: "DELETE_API_KEY",
    refused: "DELETE_API_KEY_FAILED",
  },
  {
    action: "createGuruAction",
    by: "foreign",
    fields: () => ({
      name: word(),
      slug: word(),
      description: word(),
      topics: word(),
      introText: word(),
      exampleQuestions: [word(), word()],
      instructions: word(),
      visibility: "private",
      logo: { file: Buffer.alloc(0), name: "" },
    }),
    done: "CREATE_GURU",
  },
  {
    action: "updateGuruAction",
    by: "maintainer",
    fields: () => ({
      guru,
      name: word(),
      description: word(),
      introText: word(),
      instructions: word(),
      removeLogo: "off",
    }),
    done: "UPDATE_GURU",
  },
  { action: "deleteGuruAction", by: "maintainer", fields: () => ({ guru, confirmation: "no" }) },
  {
    action: "addTextSourceAction",
    by: "maintainer",
    fields: () => ({ guru, title: word(), content: word() }),
    done: "ADD_DATASOURCE",
  },
  {
    action: "addFileSourceAction",
    by: "maintainer",
    fields: () => ({ guru, uploadId: randomUUID(), title: word() }),
  },
  {
    action: "addWebsiteSourcesAction",
    by: "maintainer",
    fields: () => ({ guru, urls: `https://${word()}.example/` }),
    done: "ADD_DATASOURCE",
  },
  {
    action: "addRepositorySourceAction",
    by: "maintainer",
    fields: () => ({ guru, url: `https://git.example/${word()}`, ...choice }),
    done: "ADD_DATASOURCE",
  },
  {
    action: "changeRepositorySourceAction",
    by: "maintainer",
    fields: () => ({ guru, id: randomUUID(), ...choice }),
  },
  {
    action: "startCrawlAction",
    by: "maintainer",
    fields: () => ({ guru, kind: "links", url: `https://${word()}.example/`, maxPages: "5" }),
    silent: true,
  },
  { action: "stopCrawlAction", by: "maintainer", fields: () => ({ guru, id: randomUUID() }) },
  {
    action: "addCrawledPagesAction",
    by: "maintainer",
    fields: () => ({ guru, id: randomUUID(), pages: "0" }),
  },
  { action: "reindexDataSourcesAction", by: "maintainer", fields: () => ({ guru, ids: randomUUID() }) },
  { action: "deleteDataSourcesAction", by: "maintainer", fields: () => ({ guru, ids: randomUUID() }) },
  {
    action: "addMaintainerAction",
    by: "maintainer",
    fields: () => ({ guru, email: `${word()}@hostile.example` }),
  },
  { action: "removeMaintainerAction", by: "maintainer", fields: () => ({ guru, accountId: randomUUID() }) },
  {
    action: "writeSecretAction",
    by: "maintainer",
    fields: () => ({ guru, name: word(), secretValue: word() }),
    done: "SECRET_WRITE",
  },
  { action: "readSecretAction", by: "maintainer", fields: () => ({ guru, id: randomUUID() }) },
  { action: "deleteSecretAction", by: "maintainer", fields: () => ({ guru, id: randomUUID() }) },
  {
    action: "rateAnswerAction",
    by: "viewer",
    fields: () => ({ guru, questionId: randomUUID(), vote: "up" }),
  },
  { action: "askGuruAction", by: "viewer", fields: () => ({ guru, question: word() }), done: "ASK_GURU" },
];

const codes = [
  "invalid",
  "unauthenticated",
  "forbidden",
  "not_found",
  "exists",
  "conflict",
  "closed",
  "expired",
  "throttled",
  "busy",
  "too_large",
];

/** Sends one hostile value among good ones. @returns the operation that its event is to have, if there is to be one */
async function pushThrough(
  world: World,
  form: Form,
  field: string,
  [name, value]: Hostile,
): Promise<string | undefined> {
  const about = `${form.action} ${field}: ${name}`;
  const fields = { ...form.fields(), [field]: value, attemptId: randomUUID() };
  const { answer, result, goTo } = await postForm(world.url, form.action, fields, {
    cookie: world.cookieOf(form.by),
    slug: guru,
  });
  assertPlain(about, answer);
  const did = goTo !== undefined || result?.ok === true;
  if (did && form.done === undefined && !form.silent) throw new Error(`${about} was done`);
  if (did) return form.done;
  const isSaid = codes.includes(result?.code ?? "") && (result?.message ?? "") !== "";
  // A body beyond the limit is not read, so no act answers.
  if (!isSaid && answer.status !== 413)
    throw new Error(`${about}: ${answer.status} ${answer.text.slice(0, 300)}`);
  if (form.refusedSaying?.words.test(result?.message ?? "")) return form.refusedSaying.operation;
  const isActs = result !== null && (result.fieldErrors === undefined || result.code === "exists");
  return isActs ? form.refused : undefined;
}

/** All in the full run; else the roughest in every field, and each of the others in every fourth. */
function tries(): { form: Form; field: string; hostile: Hostile }[] {
  const isFull = process.env.GURULOG_TEST_FULL === "1";
  const everywhere = new Set(["NUL", "bytes that are no UTF-8", "two values", "a file", "1 MB"]);
  const fields = forms.flatMap((form) => Object.keys(form.fields()).map((field) => ({ form, field })));
  return fields.flatMap((at, i) =>
    hostileValues
      .filter(([name], j) => isFull || everywhere.has(name) || (i + j) % 4 === 0)
      .map((hostile) => ({ ...at, hostile })),
  );
}

test("a hostile value in any field is refused in words or stored safely, and its event is there", async ({
  world,
}) => {
  test.setTimeout(240_000);
  const ownersKey = await postForm(
    world.url,
    "createApiKeyAction",
    { name: `reader ${word()}` },
    { cookie: world.people.owner.cookie },
  );
  const { key } = doneValue<{ key: string }>(ownersKey);
  const log = logReader(world, key);
  const operations = [...new Set(forms.flatMap(({ done, refused }) => [done ?? [], refused ?? []].flat()))];
  const before = new Map<string, number>();
  for (const operation of operations) before.set(operation, await log.total(operation));
  const sent = await eachOf(tries(), ({ form, field, hostile }) => pushThrough(world, form, field, hostile));
  const recorded = new Map<string, number>();
  for (const operation of sent) if (operation) recorded.set(operation, (recorded.get(operation) ?? 0) + 1);
  const grown: Record<string, number> = {};
  const want: Record<string, number> = {};
  for (const operation of operations) {
    grown[operation] = (await log.total(operation)) - (before.get(operation) ?? 0);
    want[operation] = recorded.get(operation) ?? 0;
  }
  expect(grown).toEqual(want);
  for (const operation of ["CREATE_API_KEY", "CREATE_GURU", "ADD_DATASOURCE", "ASK_GURU", "LOGIN_FAILED"])
    expect([operation, (want[operation] ?? 0) >= 3]).toEqual([operation, true]);

  const all = await log.read("view=full&operation=CREATE_API_KEY&operation=ADD_DATASOURCE");
  const labels = (JSON.parse(all.text) as { objectLabel: string }[]).map((e) => e.objectLabel);
  // NUL cannot be stored, and shows; everything else stands as it was sent.
  expect(labels.some((label) => label.includes("nul\u2400inside"))).toBe(true);
  expect(labels.some((label) => label.includes("\u202egnp.exe"))).toBe(true);
  expect(all.text.includes("\0")).toBe(false);
  for (const [address, cookie] of [
    ["/settings/audit-logs", world.people.owner.cookie],
    ["/gurus", world.people.foreign.cookie],
    ["/settings/api-keys", world.people.member.cookie],
    ["/gurus/guru-a/data-sources", world.people.maintainer.cookie],
    ["/gurus/guru-a/audit-logs", world.people.maintainer.cookie],
  ] as const) {
    const page = await send(world.url, address, { cookie });
    expect([address, page.status]).toEqual([address, 200]);
    expect([address, page.text.includes("<img src=x"), page.text.includes("<script>alert")]).toEqual([
      address,
      false,
      false,
    ]);
  }
});

test("fields that a form does not have are refused, and change nothing", async ({ world }) => {
  const before = await businessState(world.admin);
  for (const form of forms)
    for (const [name, value] of [
      ["orgId", "2"],
      ["role", "owner"],
      ["accountid", world.people.owner.id],
      ["__proto__", "x"],
      ["constructor", "x"],
      ["isOwner", "true"],
    ] as const) {
      const about = `${form.action} with ${name}`;
      const options = { cookie: world.cookieOf(form.by), slug: guru };
      const fields = Object.entries({ ...form.fields(), attemptId: randomUUID() });
      const sent = await postForm(
        world.url,
        form.action,
        [...fields, [name, value]] as [string, FieldValue][],
        options,
      );
      assertPlain(about, sent.answer);
      expect([about, sent.goTo, sent.result?.ok, sent.result?.code]).toEqual([
        about,
        undefined,
        false,
        "invalid",
      ]);
    }
  expect(await businessState(world.admin)).toEqual(before);
});
