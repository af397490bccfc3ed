import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { CFB } from "xlsx";
import { doneValue, type FieldValue, postCall, postForm } from "./support/actions-post";
import { type Answer, freshAddress, send } from "./support/matrix-send";
import { pageTable } from "./support/matrix-tables";
import { type Admin, postgresLogOf } from "./support/roles-database";
import { test } from "./support/roles-fixture";
import { cookiesOf, type World } from "./support/roles-world";

/** Unlike anything else, so that finding it means that it was kept. */
const canary = (kind: string) => `Canary-${kind}-${randomBytes(9).toString("hex")} of the mine`;

/** A secret as some store may write it: plain, as JSON has it, as an address has it, as hex and base64. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // Base64 of a text inside another depends on where it begins: the middle of each of the three is looked for.
  const base64 = [0, 1, 2].map((skip) =>
    bytes
      .subarray(skip, skip + 30)
      .toString("base64")
      .slice(0, 36),
  );
  return [secret, encodeURIComponent(secret), secret.replaceAll(" ", "+"), bytes.toString("hex"), ...base64];
}

/** Every row of every table of the database, the queue's and the log's among them, as text. */
async function dump(admin: Admin): Promise<string> {
  const tables = await admin<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`;
  expect(tables.length).toBeGreaterThan(20);
  const parts: string[] = [];
  for (const { name } of tables) {
    const rows = await admin.unsafe<{ row: string }[]>(`select t::text as row from ${name} t`);
    parts.push(...rows.map(({ row }) => row));
  }
  return parts.join("\n");
}

async function exported(world: World, format: "csv" | "json" | "xlsx"): Promise<string> {
  const filter = { guru: [], model: [], actor: [], actionType: [], operation: [], outcome: [] };
  const { cookie } = world.people.owner;
  await world.admin`update export_job set state = 'cancelled' where state in ('pending', 'running')`;
  const made = await postCall(
    world.url,
    "startExportAction",
    { scope: { kind: "global" }, format, filter },
    { cookie },
  );
  const file = await send(world.url, `/exports/${doneValue<{ id: string }>(made).id}`, { cookie });
  expect([format, file.status, file.bytes.length > 1_000]).toEqual([format, 200, true]);
  if (format !== "xlsx") return file.text;
  const { FileIndex } = CFB.read(file.bytes, { type: "buffer" }) as { FileIndex: { content?: Uint8Array }[] };
  const text = FileIndex.map(({ content }) => Buffer.from(content ?? []).toString("utf8")).join("\n");
  expect(text).toContain("<worksheet");
  return text;
}

test("passwords and keys pushed through every field that takes one are found nowhere afterwards", async ({
  world,
}) => {
  test.setTimeout(120_000);
  const { url, people, product } = world;
  const answers: [string, Answer][] = [];
  const post = async (about: string, action: string, fields: Record<string, FieldValue>, cookie?: string) => {
    const done = await postForm(url, action, fields, { cookie });
    answers.push([about, done.answer]);
    return done;
  };
  const email = "canary@matrix.example";
  const secret = {
    registered: canary("registered"),
    changed: canary("changed"),
    wrong: canary("wrong"),
    intoEmail: canary("into-email"),
    intoRegisterEmail: canary("into-register-email"),
    refusedTaken: canary("refused-taken"),
    wrongCurrent: canary("wrong-current"),
    onboarding: canary("onboarding"),
    onboardingToken: canary("token"),
    stored: canary("stored"),
    replaced: canary("replaced"),
    underBadName: canary("under-bad-name"),
    intoForeignGuru: canary("into-foreign-guru"),
    inRepositoryAddress: canary("in-repository").replaceAll(" ", "-"),
    inPageAddress: canary("in-page").replaceAll(" ", "-"),
    inOneOfTwoAddresses: canary("in-one-of-two").replaceAll(" ", "-"),
    inSiteAddress: canary("in-site").replaceAll(" ", "-"),
    asSecretsName: canary("as-secret").replaceAll(/\W/g, "_"),
    // Too short, and among the common ones with it: refused by the rules.
    short: `Zq${randomBytes(3).toString("hex")}!`,
    unknownKey: `sourcebot-${randomBytes(32).toString("hex")}`,
    malformedKey: canary("key"),
    badCookie: canary("cookie").replaceAll(" ", "-"),
  };
  const registered = await post("register", "registerAction", {
    name: "Canary",
    email,
    password: secret.registered,
  });
  expect(registered.goTo).toBe("/");
  const session = cookiesOf(registered.answer.headers["set-cookie"]);
  await post("taken", "registerAction", { name: "Canary", email, password: secret.refusedTaken });
  await post("short", "registerAction", {
    name: "Canary",
    email: "c2@matrix.example",
    password: secret.short,
  });
  await post("password as e-mail", "registerAction", {
    name: "C",
    email: secret.intoRegisterEmail,
    password: secret.refusedTaken,
  });
  await post("wrong password", "signInAction", { email, password: secret.wrong });
  await post("unknown account", "signInAction", { email: "nobody@matrix.example", password: secret.wrong });
  await post("password as e-mail", "signInAction", { email: secret.intoEmail, password: "x" });
  await post("both the password", "signInAction", { email: secret.registered, password: secret.registered });
  await post("doubled", "signInAction", { email, password: [secret.wrong, secret.registered] });
  await post("onboarding", "completeOnboardingAction", {
    setupToken: secret.onboardingToken,
    organization: "X",
    name: "X",
    email,
    password: secret.onboarding,
  });
  await post(
    "wrong current",
    "changePasswordAction",
    { currentPassword: secret.wrongCurrent, newPassword: secret.changed },
    session,
  );
  const changed = await post(
    "change",
    "changePasswordAction",
    { currentPassword: secret.registered, newPassword: secret.changed },
    session,
  );
  expect(changed.result?.ok, changed.answer.text).toBe(true);
  const renewed = cookiesOf(changed.answer.headers["set-cookie"]);
  const signedIn = await post("sign in", "signInAction", { email, password: secret.changed });
  expect(signedIn.goTo).toBe("/");

  const store = (about: string, guru: string, name: string, secretValue: string) =>
    post(about, "writeSecretAction", { guru, name, secretValue }, people.owner.cookie);
  await store("a secret replaced", world.guruA.slug, "CANARY", secret.replaced);
  const stored = await store("a secret stored", world.guruA.slug, "CANARY", secret.stored);
  const { id } = doneValue<{ id: string }>(stored);
  await store("a secret under a bad name", world.guruA.slug, "no name", secret.underBadName);
  await store("a secret for a guru of others", world.abroad.slug, "CANARY", secret.intoForeignGuru);
  const source = (about: string, action: string, fields: Record<string, string>, by = people.owner.cookie) =>
    post(about, action, { guru: world.guruA.slug, ...fields }, by);
  const at = (token: string) => `https://name:${token}@host.example/team`;
  for (const by of [people.owner.cookie, people.viewer.cookie]) {
    await source("a repository", "addRepositorySourceAction", { url: at(secret.inRepositoryAddress) }, by);
    const asName = { url: "https://host.example/team", secret: secret.asSecretsName };
    await source("a token as a name", "addRepositorySourceAction", asName, by);
    await source("a page", "addWebsiteSourcesAction", { urls: at(secret.inPageAddress) }, by);
    const urls = `${at(secret.inOneOfTwoAddresses)}\nhttps://x:a/${secret.inOneOfTwoAddresses}@host.example/`;
    await source("two pages", "addWebsiteSourcesAction", { urls }, by);
    const site = { kind: "links", url: at(secret.inSiteAddress), maxPages: "5" };
    await source("a site", "startCrawlAction", site, by);
  }
  // The one answer that may hold the value.
  const shown = await postForm(
    url,
    "readSecretAction",
    { guru: world.guruA.slug, id },
    { cookie: people.owner.cookie },
  );
  expect(doneValue<{ secretValue: string }>(shown).secretValue).toBe(secret.stored);
  answers.push([
    "asking for it",
    await send(url, "/answers", {
      method: "POST",
      headers: { "content-type": "application/json", origin: url, cookie: people.owner.cookie },
      body: JSON.stringify({ guru: world.guruA.slug, question: "What is the secret CANARY?" }),
    }),
  ]);

  // The one answer that may hold the key.
  const made = await postForm(url, "createApiKeyAction", { name: "canary" }, { cookie: people.owner.cookie });
  const { key } = doneValue<{ key: string }>(made);
  const withKey = (headers: Record<string, string>) =>
    send(url, "/api/ee/audit?page=1&perPage=100&view=full", {
      headers: { "x-org-domain": "~", "x-forwarded-for": freshAddress(), ...headers },
    });
  const used = await withKey({ "x-sourcebot-api-key": key });
  expect(used.status).toBe(200);
  answers.push(["the API by key", used]);
  for (const headers of [
    { authorization: `Bearer ${key}` },
    { "x-sourcebot-api-key": secret.unknownKey },
    { authorization: `Bearer ${secret.malformedKey}` },
    { "x-api-key": key },
    { cookie: `gurulog.session=${secret.badCookie}`, "sec-fetch-site": "same-origin" },
  ] as Record<string, string>[])
    answers.push(["the API", await withKey(headers)]);
  await postForm(url, "deleteApiKeyAction", { name: "canary" }, { cookie: people.owner.cookie });
  answers.push(["a deleted key", await withKey({ "x-sourcebot-api-key": key })]);
  expect(answers.at(-1)?.[1].status).toBe(401);

  for (const page of pageTable.keys())
    for (const cookie of [people.owner.cookie, renewed]) {
      const address = page.replace("[guru]", world.guruA.slug).replace("[id]", world.guruA.sourceId);
      answers.push([`page ${address}`, await send(url, address, { cookie })]);
    }
  answers.push([
    "failures",
    await send(url, "/settings/audit-logs?outcome=failure", { cookie: people.owner.cookie }),
  ]);

  const places: [string, string][] = [
    ["the database", await dump(world.admin)],
    ["the CSV export", await exported(world, "csv")],
    ["the JSON export", await exported(world, "json")],
    ["the XLSX export", await exported(world, "xlsx")],
    ["the output", product.output()],
    ["Postgres' own log", readFileSync(postgresLogOf(product.dataDir), "utf8")],
    ...answers.map(([about, { text }]): [string, string] => [`the answer to ${about}`, text]),
    ...answers.map(([about, { headers }]): [string, string] => [
      `the headers of ${about}`,
      JSON.stringify(headers),
    ]),
  ];
  const secrets = {
    ...secret,
    key,
    keyDigits: key.replace("sourcebot-", ""),
    session: session.split(/[=;]/)[1] ?? "",
  };
  const found = places.flatMap(([place, text]) =>
    Object.entries(secrets)
      .filter(([, value]) => formsOf(value).some((form) => form.length > 5 && text.includes(form)))
      .map(([name]) => `${name} in ${place}`),
  );
  // What was typed into a field for an address goes back into that very form, and the session's cookie is set where it begins.
  const allowed = new Set([
    "intoEmail in the answer to password as e-mail",
    "intoRegisterEmail in the answer to password as e-mail",
    "registered in the answer to both the password",
    "inRepositoryAddress in the answer to a repository",
    "inPageAddress in the answer to a page",
    "inOneOfTwoAddresses in the answer to two pages",
    "inSiteAddress in the answer to a site",
    "session in the headers of register",
  ]);
  expect(found.filter((one) => !allowed.has(one))).toEqual([]);
  // The search sees what is there: the account's address stands in all of these.
  expect(places.slice(0, 4).filter(([, text]) => !text.includes(email))).toEqual([]);
});
