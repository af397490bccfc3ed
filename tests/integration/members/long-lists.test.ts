import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListPage } from "@/lib/access/list-page";
import type { UserPrincipal } from "@/lib/access/principal";
import { othersApiKeys } from "@/lib/features/api-keys/queries";
import { type MembersTab, membersPage } from "@/lib/features/members/queries";
import { guruTeam } from "@/lib/features/team/queries";
import { guruAssignments, guruTeams, userAssignments } from "@/lib/features/users/role-queries";
import type { Query } from "@/lib/gate/query";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";

const many = 250;
let product: TestProduct;
let owner: UserPrincipal;
let person: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  person = await product.person("z.one@halden.example");
  const { admin } = product;
  // Members, people who wait, open invites, gurus, roles and keys: 250 of each, and some of another organization.
  await admin`
    insert into account (email, email_key, name)
    select 'm-' || lpad(n::text, 3, '0') || '@many.example', 'm-' || lpad(n::text, 3, '0') || '@many.example', 'Many ' || n
    from generate_series(1, ${many}::int) n`;
  await admin`insert into membership (org_id, account_id, role) select 1, id, 'member' from account where email like 'm-%'`;
  await admin`
    insert into account (email, email_key, name)
    select 'w-' || n || '@many.example', 'w-' || n || '@many.example', 'Waits ' || n from generate_series(1, ${many}::int) n`;
  await admin`insert into join_request (org_id, account_id) select 1, id from account where email like 'w-%'`;
  await admin`
    insert into invite (org_id, email, email_key, token_hash, expires_at)
    select 1, 'i-' || n || '@many.example', 'i-' || n || '@many.example', sha256(n::text::bytea), now() + interval '1 day'
    from generate_series(1, ${many}::int) n`;
  await admin`
    insert into guru (org_id, slug, name) select 1, 'many-' || lpad(n::text, 3, '0'), 'Many ' || n
    from generate_series(1, ${many * 2}::int) n`;
  await admin`
    insert into guru_role (guru_id, account_id, role)
    select g.id, a.id, 'viewer' from guru g, account a where g.slug = 'many-001' and a.email like 'm-%'`;
  await admin`
    insert into guru_role (guru_id, account_id, role)
    select id, ${person.accountId}, 'maintainer' from guru order by slug limit ${many}`;
  await admin`
    insert into api_key (org_id, account_id, name, key_hash)
    select 1, id, 'key of ' || name, sha256(email::bytea) from account where email like 'm-%'`;
  await admin`insert into api_key (org_id, account_id, name, key_hash) values (1, ${owner.accountId}, 'key of the owner', ${Buffer.from("x")})`;
  await admin`insert into organization (id, name) values (2, 'Elsewhere')`;
  await admin`insert into guru (org_id, slug, name) values (2, 'many-foreign', 'Many foreign')`;
  const stranger = await product.person("m-foreign@else.example", null);
  await admin`insert into membership (org_id, account_id, role) values (2, ${stranger.accountId}, 'member')`;
});
afterAll(() => product.close());

async function read<I, V>(query: Query<I, V>, input: I): Promise<V> {
  const found = await query.execute({ principal: owner, request, input });
  if (!found.ok) throw new Error(found.message);
  return found.value;
}

type Row = { id?: string; accountId?: string };
type List = (asked: { search?: string; page?: number }) => Promise<ListPage<Row>>;
const tab =
  (of: MembersTab): List =>
  async (asked) => {
    const found = await read(membersPage, { tab: of, ...asked });
    return { rows: found[of], page: found.page, hasMore: found.hasMore };
  };
const inGuru =
  (which: "assigned" | "unassigned"): List =>
  async ({ search, page }) => {
    const found = await read(guruAssignments, {
      guru: "many-001",
      ...(search === undefined ? {} : { search }),
      ...(page === undefined ? {} : { [which]: page }),
    });
    if (!found) throw new Error("no guru");
    return found[which];
  };
const ofPerson =
  (which: "assigned" | "unassigned"): List =>
  async ({ search, page }) => {
    const found = await read(userAssignments, {
      account: person.accountId,
      ...(search === undefined ? {} : { search }),
      ...(page === undefined ? {} : { [which]: page }),
    });
    if (!found) throw new Error("nobody");
    return found[which];
  };

/** Each list: how many there are, something that one row alone is found by, and something that none is. */
const lists: { name: string; list: List; length: number; one: string }[] = [
  { name: "members", list: tab("members"), length: many + 2, one: " M-137@ " },
  { name: "requests to join", list: tab("requests"), length: many, one: "w-137@" },
  { name: "invites", list: tab("invites"), length: many, one: "i-137@" },
  { name: "gurus", list: (asked) => read(guruTeams, asked), length: many * 2, one: "MANY-137" },
  { name: "people with a role in a guru", list: inGuru("assigned"), length: many + 1, one: "m-137" },
  { name: "people without a role in a guru", list: inGuru("unassigned"), length: 1, one: "owner@" },
  { name: "gurus in which somebody has a role", list: ofPerson("assigned"), length: many, one: "many-137" },
  { name: "gurus in which somebody has none", list: ofPerson("unassigned"), length: many, one: "many-437" },
  {
    name: "a guru's team",
    list: (asked) => read(guruTeam, { guru: "many-001", ...asked }),
    length: many + 1,
    one: "many 137",
  },
  {
    name: "keys of others",
    list: (asked) => read(othersApiKeys, asked),
    length: many,
    one: "KEY OF many 137",
  },
];

describe.each(lists)("the list of $name", ({ list, length, one }) => {
  it("comes a page at a time, each row once, nothing of another organization, and ends", async () => {
    const seen: string[] = [];
    let page = 0;
    for (let hasMore = true; hasMore; ) {
      page += 1;
      const found = await list(page === 1 ? {} : { page });
      expect(found.page).toBe(page);
      expect(found.rows.length).toBeLessThanOrEqual(100);
      seen.push(...found.rows.map((row) => row.id ?? row.accountId ?? ""));
      ({ hasMore } = found);
    }
    expect(seen).toHaveLength(length);
    expect(new Set(seen).size).toBe(length);
    expect(await list({ page: page + 1 })).toMatchObject({ rows: [], page: page + 1, hasMore: false });
  });

  it("is searched whole, not only the page that is shown, and by plain text alone", async () => {
    expect((await list({ search: one })).rows).toHaveLength(1);
    for (const nothing of ["%", "_", "foreign", "\0", "'; drop table account --", "x".repeat(100_000)])
      expect((await list({ search: nothing })).rows, nothing.slice(0, 30)).toEqual([]);
  });
});

it("says how many there are whatever page is shown", async () => {
  expect(await read(guruTeams, { search: "many-137" })).toMatchObject({ total: many * 2 });
  expect(await read(guruTeam, { guru: "many-001", page: 9 })).toMatchObject({ total: many + 1 });
  expect(await read(othersApiKeys, { page: 2 })).toMatchObject({ total: many });
  expect(await read(guruAssignments, { guru: "many-001" })).toMatchObject({ members: many + 2 });
  const shown = await read(userAssignments, { account: person.accountId, search: "many-137" });
  expect(shown).toMatchObject({ gurus: many * 2, heldRoles: many });
});
