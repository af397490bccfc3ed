import { expect } from "@playwright/test";
import { type ActionResult, builtActions, doneValue, postCall, postForm } from "./support/actions-post";
import { actionTable } from "./support/matrix-tables";
import { actionsInTree } from "./support/matrix-tree";
import { calls, type Fields, forms, uuid, viewIds } from "./support/matrix-values";
import { businessState } from "./support/roles-database";
import { test } from "./support/roles-fixture";
import { cookiesOf, hasMarker, type Role, roles, type SignedIn, type World } from "./support/roles-world";

/** Makes the owner's views, unless they stand: an act that is allowed deletes one. */
async function ownersViews({ admin, people, guruA }: World): Promise<void> {
  for (const [log, id] of Object.entries(viewIds))
    await admin`
      insert into saved_view (id, org_id, guru_id, account_id, name, name_key, filter, shared)
      values (${id}, 1, ${log === "guru" ? guruA.id : null}, ${people.owner.id}, 'Shared', 'shared', '{}', true)
      on conflict (id) do nothing`;
}

const denials: Record<string, string> = {
  "Please sign in first.": "in",
  "Your role does not allow this. Ask a maintainer or the owner.": "403",
  "This does not exist, or you may not see it.": "404",
};

function cellOf({ result, goTo, answer }: ActionResult): string {
  if (goTo !== undefined) return goTo;
  if (result === null) return `${answer.status} ${answer.text.slice(0, 200)}`;
  return result.ok ? "ok" : (denials[result.message ?? ""] ?? (result.code === "internal" ? "fault" : "no"));
}

async function act(world: World, row: string, cookie: string | undefined, guru: string, exportId: string) {
  const action = row.split(":")[0] ?? "";
  const call = calls[row];
  if (call) return postCall(world.url, action, call(guru, exportId), { cookie });
  const form = forms[row];
  if (!form) throw new Error(`${row} has no values to send: add them beside its row`);
  return postForm(world.url, action, { ...form(guru, world), attemptId: uuid() }, { cookie });
}

async function ownersExport(world: World): Promise<string> {
  await world.admin`update export_job set state = 'cancelled'`;
  const value = calls["startExportAction:global"]?.("", "");
  const made = await postCall(world.url, "startExportAction", value, { cookie: world.cookieOf("owner") });
  return doneValue<{ id: string }>(made).id;
}

const isDenial = (cell: string) => ["in", "403", "404"].includes(cell);

test("every server action has its row, in the tree and in the build, and no row is of one that is gone", () => {
  const named = [...new Set([...actionTable.keys()].map((row) => row.split(":")[0] ?? ""))].sort();
  expect(named).toEqual(actionsInTree());
  expect(named).toEqual([...builtActions().keys()].sort());
});

test("each action refuses each role that the table refuses: nothing changes, and what was tried is recorded", async ({
  world,
}) => {
  const exportId = await ownersExport(world);
  await ownersViews(world);
  const since = (await world.admin`select now() as at`)[0]?.at as Date;
  const before = await businessState(world.admin);
  const got: Record<string, string> = {};
  const want: Record<string, string> = {};
  for (const [row, cells] of actionTable) {
    for (const role of roles.filter((one) => isDenial(cells[one]))) {
      const done = await act(world, row, world.cookieOf(role), world.guruA.slug, exportId);
      // The values that a refused form gives back are the sender's own.
      const leaks = row !== "addTextSourceAction" && role !== "viewer" && hasMarker(done.answer.text);
      got[`${row} ${role}`] = leaks ? `${cellOf(done)} leaks` : cellOf(done);
      want[`${row} ${role}`] = cells[role];
    }
  }
  expect(got).toEqual(want);
  expect(await businessState(world.admin)).toEqual(before);
  // Who was refused what: the first of a minute has an event of its own.
  const events = await world.admin<{ account: string; asked: string | null; action: string }[]>`
    select account_id as account, details ->> 'asked' as asked, action from audit_event
    where occurred_at >= ${since} and action in ('access.denied', 'api_key.creation_failed', 'api_key.deletion_failed')`;
  const refusedOnGuru = (Object.keys(world.people) as SignedIn[]).filter(
    (role) => actionTable.get("updateGuruAction")?.[role] !== "ok",
  );
  for (const role of refusedOnGuru) {
    const { id } = world.people[role];
    expect(
      events.some((e) => e.account === id && e.asked === "guru-a" && e.action === "access.denied"),
      role,
    ).toBe(true);
  }
  for (const role of ["member", "maintainer", "viewer", "foreign"] as const) {
    const asked = events.filter((e) => e.account === world.people[role].id).map((e) => e.asked);
    expect([role, asked]).toEqual([
      role,
      expect.arrayContaining(["the export of the global log", `export ${exportId}`]),
    ]);
  }
  for (const role of ["removed", "pending", "outsider"] as const) {
    const refused = events.filter((e) => e.account === world.people[role].id).map((e) => e.action);
    expect([role, refused]).toEqual([
      role,
      expect.arrayContaining(["api_key.creation_failed", "api_key.deletion_failed"]),
    ]);
  }
});

test("each action does for each other role what the table says", async ({ world }) => {
  const got: Record<string, string> = {};
  const want: Record<string, string> = {};
  const exportId = await ownersExport(world);
  const rows = [...actionTable].sort(
    ([a], [b]) => Number(a.startsWith("start")) - Number(b.startsWith("start")),
  );
  for (const [row, cells] of rows) {
    for (const role of roles.filter((one) => !isDenial(cells[one]))) {
      if (row.startsWith("deleteViewAction")) await ownersViews(world);
      if (row.startsWith("startExportAction")) await world.admin`update export_job set state = 'cancelled'`;
      // One at a time runs: the one that the role before asked for may be under way.
      if (row === "verifyLogAction")
        await expect
          .poll(() => world.admin`select 1 from audit_verification where state in ('waiting', 'running')`, {
            timeout: 30_000,
          })
          .toEqual([]);
      const cookie = row === "signOutAction" ? await anotherSession(world, role) : world.cookieOf(role);
      got[`${row} ${role}`] = cellOf(await act(world, row, cookie, world.guruA.slug, exportId));
      want[`${row} ${role}`] = cells[role];
    }
  }
  expect(got).toEqual(want);
});

async function anotherSession(world: World, role: Role): Promise<string | undefined> {
  if (role === "anonymous") return undefined;
  const { email, password } = world.people[role];
  const signedIn = await postForm(world.url, "signInAction", { email, password });
  expect(signedIn.goTo, signedIn.answer.text).toBe("/");
  return cookiesOf(signedIn.answer.headers["set-cookie"]);
}

test("no action reaches a guru of another organization, nor a foreign one", async ({ world }) => {
  const { abroad, guruB, guruA } = world;
  const before = await businessState(world.admin);
  const rows = [...actionTable.keys()].filter(
    (row) => row.endsWith(":guru") || "guru" in (forms[row]?.("g", world) ?? {}),
  );
  expect(rows.length).toBeGreaterThan(8);
  const got: Record<string, string> = {};
  for (const row of rows) {
    for (const [role, refs] of [
      ["owner", [abroad.slug, abroad.id, "no-such-guru"]],
      ["maintainer", [abroad.id, guruB.slug, guruB.id]],
      ["foreign", [guruA.id]],
    ] as const)
      for (const ref of refs) {
        const done = await act(world, row, world.cookieOf(role), ref, uuid());
        got[`${row} ${role} ${ref}`] = cellOf(done);
      }
  }
  expect(Object.entries(got).filter(([, cell]) => cell !== "404")).toEqual([]);
  expect(await businessState(world.admin)).toEqual(before);
});

test("no action reaches a person, key, invite or request of another organization, whoever owns which", async ({
  world,
}) => {
  const { abroad, guruA, people, url } = world;
  const { accountId } = abroad;
  const before = await businessState(world.admin);
  const tries: [string, Fields][] = [
    ["resetUserPasswordAction", { accountId }],
    ["resetFactorAction", { accountId }],
    ["deleteUserAction", { accountId }],
    ["grantAuditorAction", { accountId }],
    ["revokeAuditorAction", { accountId }],
    ["removeMemberAction", { accountId }],
    ["transferOwnershipAction", { email: abroad.email }],
    ["assignGuruRolesAction", { gurus: guruA.id, accounts: accountId, role: "viewer" }],
    ["assignGuruRolesAction", { gurus: abroad.id, accounts: people.viewer.id, role: "viewer" }],
    ["revokeGuruRolesAction", { gurus: guruA.id, accounts: accountId }],
    ["addMaintainerAction", { guru: guruA.slug, email: abroad.email }],
    ["addViewerAction", { guru: guruA.slug, email: abroad.email }],
    ["revokeApiKeyAction", { id: abroad.keyId }],
    ["cancelInviteAction", { id: abroad.inviteId }],
    ["approveJoinRequestAction", { id: abroad.requestId }],
    ["rejectJoinRequestAction", { id: abroad.requestId }],
  ];
  // Nor the other organization's own owner by this instance, which serves the first one.
  for (const role of ["owner", "outsider"] as const)
    for (const [action, fields] of tries) {
      const { cookie } = people[role];
      const { result } = await postForm(url, action, { ...fields, attemptId: uuid() }, { cookie });
      expect([role, action, result?.ok, result?.code]).toEqual([role, action, false, "not_found"]);
    }
  expect(await businessState(world.admin)).toEqual(before);
});

test("ids of other people's sources, uploads, keys and roles open nothing from one's own guru", async ({
  world,
}) => {
  const { guruA, guruB, people, url } = world;
  const { cookie } = people.foreign;
  const key = await postForm(
    url,
    "createApiKeyAction",
    { name: "the owner's" },
    { cookie: people.owner.cookie },
  );
  expect(key.result?.ok).toBe(true);
  const before = await businessState(world.admin);
  const guru = guruB.slug;
  const tries: [string, Fields][] = [
    ["deleteDataSourcesAction", { guru, ids: guruA.sourceId }],
    ["deleteDataSourcesAction", { guru, ids: [guruB.sourceId, guruA.sourceId] }],
    ["reindexDataSourcesAction", { guru, ids: [guruB.sourceId, guruA.sourceId] }],
    ["addFileSourceAction", { guru, uploadId: guruA.uploadId }],
    ["removeMaintainerAction", { guru, accountId: people.maintainer.id }],
    ["deleteApiKeyAction", { name: "the owner's" }],
  ];
  for (const [action, fields] of tries) {
    const { result } = await postForm(url, action, { ...fields, attemptId: uuid() }, { cookie, slug: guru });
    expect([action, result?.ok, result?.code]).toEqual([action, false, "not_found"]);
  }
  // Somebody else's upload for a guru that both may act in.
  const own = await postForm(
    url,
    "addFileSourceAction",
    { guru: guruA.slug, uploadId: guruA.uploadId },
    { cookie: people.owner.cookie },
  );
  expect(own.result?.code).toBe("not_found");
  expect(await businessState(world.admin)).toEqual(before);
});

test("an action without Origin, with `null` or with another one does not run", async ({ world }) => {
  const before = await businessState(world.admin);
  const { cookie } = world.people.owner;
  for (const origin of [
    null,
    "null",
    "http://evil.example",
    `${world.url}.evil.example`,
    `${world.url}@evil.example`,
  ]) {
    const { answer } = await postForm(
      world.url,
      "createApiKeyAction",
      { name: `from ${origin}` },
      { cookie, origin },
    );
    expect([origin, answer.status]).toEqual([origin, 403]);
  }
  expect(await businessState(world.admin)).toEqual(before);
});
