import { randomBytes, randomUUID } from "node:crypto";
import { expect } from "@playwright/test";
import { integrationKinds } from "@/lib/access/integration-fields";
import { foundIn } from "../support/canaries/forms";
import { doneValue, type FieldValue, postForm } from "./support/actions-post";
import { type Answers, placesToLook } from "./support/canary-places";
import { freshAddress, send } from "./support/matrix-send";
import { pageTable } from "./support/matrix-tables";
import { pageAddress } from "./support/page-address";
import { test } from "./support/roles-fixture";
import { cookiesOf } from "./support/roles-world";

const services = Object.values(integrationKinds);

/** Unlike anything else, so that finding it means that it was kept. */
const canary = (kind: string) => `Canary-${kind}-${randomBytes(9).toString("hex")} of the mine`;

test("passwords and keys pushed through every field that takes one are found nowhere afterwards", async ({
  world,
}) => {
  test.setTimeout(120_000);
  const { url, people } = world;
  const answers: Answers = [];
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
  // Each service's form, where nothing answers, where no service may be, in a wrong field, and by somebody who may not.
  const integrations: Record<string, string> = {};
  for (const { type, fields } of services) {
    const filled = fields.map(({ name, isSecret }): [string, string] => {
      if (!isSecret) return [name, name === "email" ? email : "123456"];
      integrations[`${type} ${name}`] ??= canary(`${type}-${name}`).replaceAll(" ", "-");
      const value = integrations[`${type} ${name}`] ?? "";
      return [
        name,
        name === "privateKey"
          ? `-----BEGIN RSA PRIVATE KEY-----\n${value}\n-----END RSA PRIVATE KEY-----`
          : value,
      ];
    });
    const form = {
      guru: world.guruA.slug,
      type,
      baseUrl: "http://127.0.0.1:9",
      ...Object.fromEntries(filled),
    };
    const tried = (about: string, more: Record<string, string>, by = people.owner.cookie) =>
      post(about, "createIntegrationAction", { ...form, ...more }, by);
    const refused = [
      await tried("an integration", {}),
      await tried("an integration without TLS", { baseUrl: "http://10.0.0.1" }),
      await tried("an integration nowhere", { baseUrl: "https://10.0.0.1" }),
      await tried("an integration of another type", { type: type === "JIRA" ? "SLACK" : "JIRA" }),
      await tried("an integration of a viewer's", {}, people.viewer.cookie),
      await tried("an integration of a stranger's", {}, people.foreign.cookie),
      await post(
        "credentials",
        "replaceCredentialsAction",
        { ...form, id: randomUUID() },
        people.owner.cookie,
      ),
    ];
    expect(refused.filter(({ result }) => result?.ok)).toEqual([]);
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
  for (const given of [key, secret.unknownKey, secret.malformedKey])
    for (const path of ["data-sources/", "data-sources"]) {
      const headers = { "x-api-key": given, "x-forwarded-for": freshAddress() };
      const answer = await send(url, `/api/v1/${world.guruA.slug}/${path}`, { headers });
      answers.push(["the gurus' API", answer]);
      expect(answer.status).toBe(given === key ? 200 : 401);
    }
  await postForm(url, "deleteApiKeyAction", { name: "canary" }, { cookie: people.owner.cookie });
  answers.push(["a deleted key", await withKey({ "x-sourcebot-api-key": key })]);
  expect(answers.at(-1)?.[1].status).toBe(401);

  const domain = "https://canary.example";
  await post("a widget", "createWidgetAction", { guru: world.guruA.slug, domain }, people.owner.cookie);
  const [widget] = await world.admin`select public_id from widget where domain = ${domain}`;
  expect(widget).toBeDefined();
  const pages = [...pageTable].map(([page, row]): [string, string | null] => {
    const address = pageAddress(page, world).replace("[token]", "x".repeat(43));
    // What nobody can open without a token of their own is looked at as it is.
    return [address, page.includes("[token]") ? null : row.owner];
  });
  const further = [
    ...services.map(({ type }) => `/gurus/${world.guruA.slug}/integrations/${type.toLowerCase()}`),
    `/widget/icon/${widget?.public_id}`,
    "/settings/audit-logs?outcome=failure",
  ];
  for (const [address, owners] of [...pages, ...further.map((each): [string, string] => [each, "200"])])
    for (const cookie of [people.owner.cookie, renewed]) {
      expect(address).not.toContain("[");
      const answer = await send(url, address, { cookie });
      answers.push([`page ${address}`, answer]);
      const isTold = cookie === people.owner.cookie && /^\d+$/.test(owners ?? "");
      if (isTold) expect([address, answer.status]).toEqual([address, Number(owners)]);
    }

  const secrets = {
    ...secret,
    ...integrations,
    key,
    keyDigits: key.replace("sourcebot-", ""),
    session: session.split(/[=;]/)[1] ?? "",
  };
  const places = await placesToLook(world, answers);
  const found = foundIn(places, secrets);
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
  const holding = places.filter(([, text]) => text.includes(email)).map(([place]) => place);
  const exports = ["csv", "json", "xlsx"].map((format) => `the ${format} export`);
  expect(holding).toEqual(expect.arrayContaining([...exports, "public.account"]));
});
