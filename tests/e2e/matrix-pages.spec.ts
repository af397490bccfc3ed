import { expect } from "@playwright/test";
import { type Answer, eachOf, send } from "./support/matrix-send";
import { pageTable } from "./support/matrix-tables";
import { pagesInTree } from "./support/matrix-tree";
import { pageAddress } from "./support/page-address";
import { test } from "./support/roles-fixture";
import { hasMarker, type Role, roles, seesGuruA, type World } from "./support/roles-world";

const cellOf = ({ status, location }: Answer): string =>
  status !== 307 ? String(status) : location === "/sign-in" ? "in" : (location ?? "");

/** The auditor reads of guru A in the log of everything. */
const mayRead = (page: string, role: Role) =>
  seesGuruA.includes(role) || (role === "auditor" && page === "/settings/audit-logs");

const open = (world: World, address: string, cookie: string | undefined) =>
  send(world.url, address, { cookie });

test("every page of the tree has its row, and no row is of a page that is gone", () => {
  expect([...pageTable.keys()].sort()).toEqual(pagesInTree().sort());
});

test("each page answers each role as the table says", async ({ world }) => {
  test.setTimeout(180_000);
  const cells = [...pageTable].flatMap(([page, row]) =>
    roles.map((role) => ({ page, role, want: row[role] })),
  );
  const got = await eachOf(cells, async ({ page, role }) => {
    const answer = await open(world, pageAddress(page, world), world.cookieOf(role));
    return { cell: cellOf(answer), leaks: !mayRead(page, role) && hasMarker(answer.text) };
  });
  expect(cells.map((cell, at) => ({ ...cell, got: got[at]?.cell, leaks: got[at]?.leaks }))).toEqual(
    cells.map((cell) => ({ ...cell, got: cell.want, leaks: false })),
  );
});

test("an answer without rows keeps to the table too: at HEAD and for a prefetch, which record nothing, and with a bad filter", async ({
  world,
}) => {
  // The minute of what was refused before may close meanwhile, with an event for each that was counted.
  const events = async () =>
    (await world.admin`select count(*)::int as n from audit_event where not details ? 'firstAt'`)[0]
      ?.n as number;
  // One that other tests of this world asked for and never downloaded would be closed meanwhile, with an event of its own.
  await world.admin`update export_job set state = 'cancelled' where state in ('pending', 'running')`;
  const before = await events();
  const pages = [...pageTable.keys()].filter((page) => page.includes("audit-logs"));
  for (const page of pages)
    for (const role of roles) {
      const cookie = world.cookieOf(role);
      const address = pageAddress(page, world);
      const want = pageTable.get(page)?.[role];
      const head = await send(world.url, address, { method: "HEAD", cookie });
      const ahead = await send(world.url, address, { cookie, headers: { "sec-purpose": "prefetch" } });
      expect([page, role, cellOf(head), cellOf(ahead)]).toEqual([page, role, want, want]);
      if (!mayRead(page, role)) expect([page, role, hasMarker(ahead.text)]).toEqual([page, role, false]);
    }
  expect(await events()).toBe(before);
  for (const page of pages)
    for (const role of roles) {
      const bad = await open(world, `${pageAddress(page, world)}?since=yesterday`, world.cookieOf(role));
      expect([page, role, cellOf(bad)]).toEqual([page, role, pageTable.get(page)?.[role]]);
    }
});

test("without a session that stands, each page does the same where the middleware lets the request through", async ({
  world,
}) => {
  // The middleware looks for the cookie's name alone.
  const ended = `gurulog.session=${"x".repeat(60)}`;
  const open200 = new Set([
    "/sign-in",
    "/register",
    "/forgot-password",
    "/reset-password/[token]",
    "/invite/[token]",
    "/join/[token]",
  ]);
  for (const page of pageTable.keys()) {
    const answer = await open(world, pageAddress(page, world), ended);
    const want = open200.has(page) ? "200" : page === "/settings" ? "/settings/profile" : "in";
    expect([page, cellOf(answer), hasMarker(answer.text)]).toEqual([page, want, false]);
  }
});

test("a guru of another organization, a foreign one and one that does not exist are the same 404", async ({
  world,
}) => {
  const { abroad, guruB } = world;
  const refs: [Role, string[]][] = [
    ["owner", [abroad.slug, abroad.id, "no-such-guru"]],
    ["maintainer", [abroad.slug, abroad.id, "no-such-guru", guruB.slug, guruB.id]],
  ];
  const pages = [...pageTable.keys()].filter((page) => page.includes("[guru]"));
  const asked = refs.flatMap(([role, gurus]) =>
    gurus.flatMap((guru) => pages.map((page) => ({ role, guru, page }))),
  );
  const statuses = await eachOf(asked, async ({ role, guru, page }) => {
    const address = pageAddress(page, world, { ...guruB, slug: guru });
    return (await open(world, address, world.cookieOf(role))).status;
  });
  expect(asked.map((one, at) => ({ ...one, status: statuses[at] }))).toEqual(
    asked.map((one) => ({ ...one, status: 404 })),
  );
  const denied = await world.admin<{ asked: string }[]>`
    select distinct details ->> 'asked' as asked from audit_event
    where action = 'access.denied' and account_id = ${world.people.maintainer.id}`;
  expect(denied.map((row) => row.asked)).toEqual(
    expect.arrayContaining([abroad.slug, abroad.id, "no-such-guru", guruB.slug]),
  );
});

test("foreign objects do not show through one's own guru's pages", async ({ world }) => {
  const { guruA, guruB, admin } = world;
  const cookie = world.cookieOf("foreign");
  const source = await open(world, `/gurus/${guruB.slug}/data-sources/${guruA.sourceId}`, cookie);
  expect(source.status).toBe(404);
  const [event] = await admin<
    { id: string }[]
  >`select id from audit_event where guru_id = ${guruA.id} limit 1`;
  expect(event?.id).toBeTruthy();
  for (const address of [
    `/gurus/${guruB.slug}/audit-logs?event=${event?.id}`,
    `/gurus/${guruB.slug}/audit-logs?guru=${guruA.slug}`,
    `/gurus/${guruB.slug}/audit-logs?actor=${world.people.maintainer.id}`,
    `/gurus/${guruB.slug}/audit-logs?q=Zanzibar`,
    `/gurus/${guruB.slug}/data-sources?before=${guruA.sourceId}`,
    "/gurus",
  ]) {
    const answer = await open(world, address, cookie);
    expect([address, answer.status, hasMarker(answer.text)]).toEqual([address, 200, false]);
  }
});
