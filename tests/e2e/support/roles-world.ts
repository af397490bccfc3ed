import { rmSync } from "node:fs";
import { expect } from "@playwright/test";
import { doneValue, postForm } from "./actions-post";
import { addCode } from "./code-in-world";
import { send } from "./matrix-send";
import { type Admin, clusterHomeOf, connectAdmin } from "./roles-database";
import { type Product, removeDataDir, type StartOptions, startProduct } from "./start-product";

export const roles = [
  "anonymous",
  "owner",
  "auditor",
  "member",
  "maintainer",
  "viewer",
  "foreign",
  "removed",
  "pending",
  "outsider",
] as const;
export type Role = (typeof roles)[number];
export type SignedIn = Exclude<Role, "anonymous">;

export interface Someone {
  email: string;
  password: string;
  id: string;
  cookie: string;
}

/** What stands in guru A and nowhere else: who finds it in an answer has read guru A. */
const markers = { name: "Zanzibar gate", text: "Quokka protocol", source: "Narwhal ledger" };

export const hasMarker = (text: string): boolean =>
  Object.values(markers).some((marker) => text.includes(marker));

/** Those who may know of guru A. */
export const seesGuruA: readonly Role[] = ["owner", "maintainer", "viewer"];

/**
 * A product of its own with somebody of each role. Guru A is the maintainer's, guru B the foreign maintainer's; `pending`
 * waits for the owner's answer, and `outsider` owns another organization and is nothing in this one.
 */
export interface World {
  product: Product;
  url: string;
  admin: Admin;
  people: Record<SignedIn, Someone>;
  cookieOf(role: Role): string | undefined;
  guruA: {
    id: string;
    slug: string;
    sourceId: string;
    uploadId: string;
    searchId: string;
    excelJobId: string;
    jobId: string;
  };
  guruB: {
    id: string;
    slug: string;
    sourceId: string;
    uploadId: string;
    searchId: string;
    excelJobId: string;
    jobId: string;
  };
  /** A second organization: a guru that is visible to everyone there, a member with a key, an open invite, a request to join. */
  abroad: {
    id: string;
    slug: string;
    accountId: string;
    email: string;
    keyId: string;
    inviteId: string;
    requestId: string;
  };
  close(): Promise<void>;
}

const password = (who: string) => `${who} walks the long pier`;
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** The cookies that an answer sets, as a browser sends them back. */
export function cookiesOf(setCookie: string[] | undefined): string {
  return (setCookie ?? []).map((line) => line.split(";")[0]).join("; ");
}

/** Starts a product and makes the people; what the pages cannot make yet comes by SQL. */
export async function makeWorld(options: StartOptions = {}): Promise<World> {
  // Loopback is a trusted proxy here, so that each request says its own client address.
  const product = await startProduct({
    ...options,
    env: { GURULOG_TRUSTED_PROXIES: "127.0.0.1,::1", ...options.env },
  });
  const { url } = product;
  const admin = connectAdmin(product.dataDir);
  const close = async () => {
    await admin.end({ timeout: 5 });
    const home = clusterHomeOf(product.dataDir);
    await product.stop();
    removeDataDir(product.dataDir);
    // Started as root it lies elsewhere.
    for (const path of [home, `${home}.log`]) rmSync(path, { recursive: true, force: true });
  };
  try {
    const people = await makePeople(product, admin);
    const [guruA, guruB] = await makeGurus(url, admin, people);
    const abroad = await makeSecondOrganization(admin);
    await giveRoles(admin, people, guruA.id);
    expect(await standings(admin)).toEqual({ pending: "waits", outsider: "owner of 2" });
    const cookieOf = (role: Role) => (role === "anonymous" ? undefined : people[role].cookie);
    return { product, url, admin, people, cookieOf, guruA, guruB, abroad, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makePeople(product: Product, admin: Admin): Promise<Record<SignedIn, Someone>> {
  const people: Partial<Record<SignedIn, Someone>> = {};
  for (const role of roles) {
    if (role === "anonymous") continue;
    const email = `${role}@matrix.example`;
    const form = { name: `The ${role}`, email, password: password(role) };
    if (role === "pending") await requireApproval(product.url, people.owner, true);
    const done =
      role === "owner"
        ? await postForm(product.url, "completeOnboardingAction", {
            ...form,
            setupToken: product.setupToken,
            organization: "Matrix Works",
            joinWithoutApproval: "on",
          })
        : await postForm(product.url, "registerAction", form);
    if (done.goTo !== "/") throw new Error(`no account for ${role}: ${done.answer.text}`);
    const [row] = await admin<{ id: string }[]>`select id from account where email = ${email}`;
    people[role] = {
      email,
      password: form.password,
      id: row?.id ?? "",
      cookie: cookiesOf(done.answer.headers["set-cookie"]),
    };
    if (role === "pending") await requireApproval(product.url, people.owner, false);
  }
  return people as Record<SignedIn, Someone>;
}

async function requireApproval(url: string, owner: Someone | undefined, required: boolean): Promise<void> {
  const form = { name: "Matrix Works", ...(required ? { memberApprovalRequired: "on" } : {}) };
  const done = await postForm(url, "updateOrganizationAction", form, { cookie: owner?.cookie });
  expect(done.result?.ok, done.answer.text).toBe(true);
}

type Gurus = [World["guruA"], World["guruB"]];

async function makeGurus(url: string, admin: Admin, people: Record<SignedIn, Someone>): Promise<Gurus> {
  const make = async (slug: string, words: typeof markers, { cookie }: Someone) => {
    const form = { name: words.name, slug, description: words.text, logo: { file: png, name: "logo.png" } };
    const made = await postForm(url, "createGuruAction", form, { cookie });
    expect(made.goTo, made.answer.text).toBe(`/gurus/${slug}`);
    const source = { guru: slug, title: words.source, content: words.text };
    const added = await postForm(url, "addTextSourceAction", source, { cookie, slug });
    const sent = await send(url, `/uploads?guru=${slug}&name=waiting.txt`, {
      method: "POST",
      body: `a file of ${slug}`,
      headers: { cookie, origin: url, "content-type": "application/octet-stream" },
    });
    expect(sent.status, sent.text).toBe(201);
    const [guru] = await admin<{ id: string }[]>`select id from guru where slug = ${slug}`;
    const [search] = await admin<{ id: string }[]>`
      insert into crawl (guru_id, kind, url, max_pages, state)
      values (${guru?.id ?? ""}, 'links', ${`https://${slug}.example/${words.text}`}, 5, 'done') returning id`;
    // As the form would make them, with what no key opens: nothing here is to be synced.
    const [job] = await admin<{ id: string }[]>`
      with tied as (
        insert into integration (guru_id, type, base_url, account_name, credentials, key_id)
        values (${guru?.id ?? ""}, 'JIRA', ${`https://${slug}.example`}, ${words.text}, '\\x00', 'none') returning id, guru_id)
      insert into backfill_job (guru_id, integration_id, query, label, interval_hours, paused, run_wanted)
      select guru_id, id, ${words.text}, ${words.text}, 24, true, false from tied returning id`;
    // Cancelled, so that no worker takes it up.
    const [excelJob] = await admin<{ id: string }[]>`
      insert into excel_job (guru_id, upload_id, file_name, size_bytes, sha256, sheet, sheet_name, header_row,
        question_column, answer_columns, state)
      values (${guru?.id ?? ""}, gen_random_uuid(), ${`${words.text}.xlsx`}, 1, '\\x00', 0, 'Sheet 1', 1, 1, '{2}', 'cancelled')
      returning id`;
    await addCode(admin, guru?.id ?? "", slug, words.text);
    return {
      searchId: search?.id ?? "",
      excelJobId: excelJob?.id ?? "",
      jobId: job?.id ?? "",
      id: guru?.id ?? "",
      slug,
      sourceId: doneValue<{ id: string }>(added).id,
      uploadId: (JSON.parse(sent.text) as { id: string }).id,
    };
  };
  const gurus: Gurus = [
    await make("guru-a", markers, people.maintainer),
    await make("guru-b", { name: "Guru B", text: "Another text", source: "Another source" }, people.foreign),
  ];
  // Indexing changes rows: from here on only what is posted does.
  await expect
    .poll(async () => (await admin`select 1 from data_source where status <> 'SUCCESS'`).length, {
      timeout: 20_000,
    })
    .toBe(0);
  return gurus;
}

async function makeSecondOrganization(admin: Admin): Promise<World["abroad"]> {
  await admin`insert into organization (id, name, domain) values (2, 'Another', 'another')`;
  const [row] = await admin<{ id: string }[]>`
    insert into guru (org_id, slug, name, visibility) values (2, 'abroad', 'Abroad', 'organization') returning id`;
  await addCode(admin, row?.id ?? "", "abroad", "A text of abroad");
  const email = "abroad@elsewhere.example";
  const [person] = await admin<{ id: string }[]>`
    insert into account (email, email_key, name) values (${email}, ${email}, 'Abroad') returning id`;
  const accountId = person?.id ?? "";
  await admin`insert into membership (org_id, account_id, role) values (2, ${accountId}, 'auditor')`;
  await admin`insert into account_factor (account_id, secret, confirmed_at) values (${accountId}, 'x', now())`;
  const [key] = await admin<{ id: string }[]>`
    insert into api_key (org_id, account_id, name, key_hash) values (2, ${accountId}, 'abroad', 'x') returning id`;
  const [invite] = await admin<{ id: string }[]>`
    insert into invite (org_id, email, email_key, token_hash, expires_at)
    values (2, 'next@elsewhere.example', 'next@elsewhere.example', 'x', now() + interval '7 days') returning id`;
  const [request] = await admin<{ id: string }[]>`
    insert into join_request (org_id, account_id) values (2, ${accountId}) returning id`;
  const [keyId, inviteId, requestId] = [key, invite, request].map((each) => each?.id ?? "");
  return {
    id: row?.id ?? "",
    slug: "abroad",
    accountId,
    email,
    keyId: keyId ?? "",
    inviteId: inviteId ?? "",
    requestId: requestId ?? "",
  };
}

async function giveRoles(admin: Admin, people: Record<SignedIn, Someone>, guruId: string): Promise<void> {
  await admin`update membership set role = 'auditor' where account_id = ${people.auditor.id}`;
  await admin`delete from membership where account_id = ${people.removed.id}`;
  await admin`update membership set org_id = 2, role = 'owner' where account_id = ${people.outsider.id}`;
  // Roles that a membership's end, or its change, left behind must open nothing.
  for (const [person, role] of [
    [people.viewer, "viewer"],
    [people.removed, "maintainer"],
    [people.auditor, "maintainer"],
    [people.outsider, "maintainer"],
  ] as const)
    await admin`insert into guru_role (guru_id, account_id, role) values (${guruId}, ${person.id}, ${role})`;
}

/** How those stand whom no row of `membership` of this organization makes what they are. */
async function standings(admin: Admin): Promise<Record<string, string>> {
  const rows = await admin<{ who: string; standing: string }[]>`
    select split_part(a.email, '@', 1) as who,
      coalesce(m.role || ' of ' || m.org_id, case when j.org_id = 1 then 'waits' end, 'nothing') as standing
    from account a left join membership m on m.account_id = a.id left join join_request j on j.account_id = a.id
    where a.email in ('pending@matrix.example', 'outsider@matrix.example')`;
  return Object.fromEntries(rows.map(({ who, standing }) => [who, standing]));
}
