import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readDb } from "@/lib/db/client";
import { byKey, createTestProduct, type TestProduct } from "@/tests/support/product";
import { guruStanding } from "./guru-standing";
import { anonymousPrincipal, type Principal, systemPrincipal, type UserPrincipal } from "./principal";

let product: TestProduct;
const people: Record<string, UserPrincipal> = {};
const ids = { private: "", open: "", foreign: "" };

async function makeGuru(orgId: number, slug: string, visibility: string): Promise<string> {
  const [row] = await product.admin`
    insert into guru (org_id, slug, name, visibility) values (${orgId}, ${slug}, ${slug}, ${visibility}) returning id`;
  return row?.id;
}

beforeAll(async () => {
  product = await createTestProduct();
  const roles = {
    owner: "owner",
    auditor: "auditor",
    maintainer: "member",
    viewer: "member",
    none: "member",
    removed: null,
  } as const;
  for (const [name, role] of Object.entries(roles))
    people[name] = await product.person(`${name}@halden.example`, role);
  const { admin } = product;
  await admin`insert into organization (id, name) values (2, 'Elsewhere')`;
  ids.private = await makeGuru(1, "private", "private");
  ids.open = await makeGuru(1, "open", "organization");
  ids.foreign = await makeGuru(2, "foreign", "organization");
  // Rows that a removal or a change of role left behind give nothing.
  const given = { maintainer: "maintainer", viewer: "viewer", auditor: "maintainer", removed: "maintainer" };
  for (const guru of Object.values(ids)) {
    for (const [name, role] of Object.entries(given)) {
      await admin`insert into guru_role (guru_id, account_id, role) values (${guru}, ${people[name]?.accountId ?? ""}, ${role})`;
    }
  }
});
afterAll(() => product.close());

const standing = async (principal: Principal | undefined, ref: string) =>
  guruStanding(readDb(), principal ?? anonymousPrincipal, ref);

it.each([
  ["owner", "maintainer", "maintainer"],
  ["maintainer", "maintainer", "maintainer"],
  ["viewer", "viewer", "viewer"],
  ["none", null, "visitor"],
  ["auditor", null, null],
  ["removed", null, null],
])(
  "%s stands as %s to a private guru and as %s to an open one, by id and slug, in person and by key",
  async (name, closed, open) => {
    const person = people[name];
    if (!person) throw new Error("nobody of that name");
    for (const principal of [person, byKey(person, ["gurus"])]) {
      for (const ref of ["private", ids.private, ids.private.toUpperCase()]) {
        expect(await standing(principal, ref)).toMatchObject({
          guru: { id: ids.private, slug: "private" },
          standing: closed,
        });
      }
      for (const ref of ["open", ids.open]) expect((await standing(principal, ref))?.standing).toBe(open);
    }
  },
);

it("nobody and System stand to no guru", async () => {
  for (const principal of [anonymousPrincipal, systemPrincipal])
    expect((await standing(principal, "open"))?.standing).toBeNull();
});

it("a guru of another organization is as if it were not there, also to the owner and to those with a role on it", async () => {
  for (const person of Object.values(people)) {
    for (const ref of ["foreign", ids.foreign]) expect(await standing(person, ref)).toBeNull();
  }
  expect(await standing({ kind: "system", orgId: 2 }, "foreign")).not.toBeNull();
});

it("a slug that looks like an id is found, but never stands for the guru that has the id", async () => {
  const lookalike = randomUUID();
  const id = await makeGuru(1, lookalike, "organization");
  expect((await standing(people.owner, lookalike))?.guru.id).toBe(id);
  const thief = await makeGuru(1, ids.private, "organization");
  expect((await standing(people.none, ids.private))?.guru.id).toBe(ids.private);
  expect((await standing(people.none, thief))?.guru.slug).toBe(ids.private);
  await product.admin`delete from guru where id in (${id}, ${thief})`;
});

it.each([
  "",
  "\0",
  "private\0",
  "\ud800",
  "PRIVATE",
  " private",
  "private/../open",
  "x".repeat(100_000),
  "' or true --",
  "%",
])("finds nothing under %j", async (ref) => {
  expect(await standing(people.owner, ref)).toBeNull();
});
