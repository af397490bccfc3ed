import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET as CHOICES } from "@/app/audit/choices/route";
import { GET as NEWER } from "@/app/audit/newer/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { placeOfNothing } from "@/lib/features/audit-log/page-address";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { cookieOf } from "../audit-api/api-harness";
import { insertEvents } from "../sealer/events-for-tests";

const [billing, ops] = ["00000000-0000-7000-8000-000000000a01", "00000000-0000-7000-8000-000000000a02"];
const act = (guru_id: string | null, actor_email: string, n: number) => ({
  guru_id,
  guru_name: guru_id && "Billing",
  actor_type: "user" as const,
  actor_id: `p${n}`,
  account_id: `00000000-0000-7000-8000-00000000000${n}`,
  actor_email,
});

let product: TestProduct;
const cookies = new Map<string, string>();
const principals = new Map<string, UserPrincipal>();
beforeAll(async () => {
  product = await createTestProduct();
  const { admin } = product;
  for (const [slug, id] of [
    ["billing", billing],
    ["ops", ops],
  ] as const)
    await admin`insert into guru (id, org_id, slug, name) values (${id}, 1, ${slug}, ${slug})`;
  for (const [name, role] of [
    ["owner", "owner"],
    ["auditor", "auditor"],
    ["maintainer", "member"],
    ["viewer", "member"],
    ["member", "member"],
  ] as const) {
    const person = await product.person(`${name}@halden.example`, role);
    principals.set(name, person);
    cookies.set(name, await cookieOf(person));
    if (name === "maintainer" || name === "viewer")
      await admin`insert into guru_role (guru_id, account_id, role) values (${billing}, ${person.accountId}, ${name})`;
  }
  await insertEvents(admin, [
    act(billing, "inside@halden.example", 1),
    act(ops, "outside@halden.example", 2),
    act(null, "nowhere@halden.example", 3),
  ]);
});
afterAll(() => product.close());

async function get(route: typeof CHOICES, query: Record<string, string>, who: string | null) {
  const cookie = who === null ? undefined : cookies.get(who);
  const request = new Request(`http://localhost:3000/audit?${new URLSearchParams(query)}`, {
    headers: cookie ? { cookie } : {},
  });
  const context = { ip: "203.0.113.7", requestId: mintId(), nonce: "n", proto: "http" as const };
  const answer = await runWithRequest(context, () => route(request, { params: Promise.resolve({}) }));
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const people = { dimension: "actor", q: "@" };
const everything = { after: placeOfNothing };

describe.each([
  ["choices", CHOICES, people],
  ["newer", NEWER, everything],
] as const)("GET /audit/%s", (_, route, query) => {
  it("answers whoever may read the log's page, as that does", async () => {
    const of = (who: string | null, scope: string) =>
      get(route, { ...query, scope }, who).then((a) => a.status);
    const answers = async (scope: string) => [
      await of(null, scope),
      await of("owner", scope),
      await of("auditor", scope),
      await of("maintainer", scope),
      await of("viewer", scope),
      await of("member", scope),
    ];
    expect(await answers("")).toEqual([401, 200, 200, 404, 404, 404]);
    expect(await answers("billing")).toEqual([401, 200, 404, 200, 403, 404]);
    expect(await of("maintainer", "ops")).toBe(404);
    expect(await of("owner", "nothing")).toBe(404);
  });

  it("records no read", async () => {
    const before = (await product.events()).length;
    for (let i = 0; i < 3; i += 1) expect((await get(route, query, "owner")).status).toBe(200);
    expect((await product.events()).length).toBe(before);
  });

  it("refuses what it cannot read", async () => {
    const bad: Record<string, string>[] =
      route === CHOICES
        ? [
            { q: "" },
            { dimension: "ip", q: "" },
            { dimension: "actor", q: "a\0" },
            { dimension: "actor", q: "a".repeat(201) },
          ]
        : [
            {},
            { after: "yesterday" },
            { after: "1-1" },
            { ...everything, outcome: "maybe" },
            { ...everything, since: "x" },
          ];
    for (const asked of bad) expect([asked, (await get(route, asked, "owner")).status]).toEqual([asked, 400]);
  });
});

describe("GET /audit/choices", () => {
  it("tells a maintainer neither names nor counts of other gurus", async () => {
    const labels = async (who: string, scope: string) =>
      ((await get(CHOICES, { ...people, scope }, who)).body.choices as { label: string }[]).map(
        (c) => c.label,
      );
    expect(await labels("maintainer", "billing")).toEqual(["inside@halden.example"]);
    expect(await labels("owner", "")).toEqual(
      expect.arrayContaining(["inside@halden.example", "outside@halden.example", "nowhere@halden.example"]),
    );
    const { body } = await get(CHOICES, { dimension: "guru", q: "", scope: "billing" }, "maintainer");
    expect(body).toEqual({ choices: [], more: false });
  });
});

describe("GET /audit/newer", () => {
  const newer = async (query: Record<string, string>, who = "owner") => (await get(NEWER, query, who)).body;

  it("counts the events of the filter and the scope that came after a place, up to a hundred", async () => {
    const [newest] = await product.admin<{ place: string }[]>`
      select (extract(epoch from occurred_at) * 1000000)::bigint || '-' || id as place from audit_event
      order by occurred_at desc, id desc limit 1`;
    const after = newest?.place ?? "";
    const eventually = (query: Record<string, string>, who?: string) =>
      expect.poll(() => newer({ after, ...query }, who), { timeout: 15_000 });
    await eventually({}).toEqual({ count: 0, exact: true });
    await insertEvents(product.admin, [
      act(billing, "inside@halden.example", 1),
      act(ops, "outside@halden.example", 2),
    ]);
    await eventually({}).toEqual({ count: 2, exact: true });
    await eventually({ guru: "ops" }).toEqual({ count: 1, exact: true });
    await eventually({ model: "Nothing" }).toEqual({ count: 0, exact: true });
    await eventually({ scope: "billing" }, "maintainer").toEqual({ count: 1, exact: true });
    await insertEvents(
      product.admin,
      Array.from({ length: 120 }, () => act(ops, "outside@halden.example", 2)),
    );
    await eventually({}).toEqual({ count: 100, exact: false });
  });

  it("is no use of the session, while searching is", async () => {
    const { admin } = product;
    const { accountId } = principals.get("auditor") ?? { accountId: "" };
    const stale = async () => {
      await admin`update session set last_seen_at = now() - interval '2 hours' where account_id = ${accountId}`;
    };
    const idle = async () =>
      (
        await admin`select last_seen_at < now() - interval '1 hour' as idle from session where account_id = ${accountId}`
      )[0]?.idle;
    await stale();
    expect((await get(NEWER, everything, "auditor")).status).toBe(200);
    expect(await idle()).toBe(true);
    expect((await get(CHOICES, people, "auditor")).status).toBe(200);
    expect(await idle()).toBe(false);
    await admin`update session set last_seen_at = now() - interval '13 hours' where account_id = ${accountId}`;
    expect((await get(NEWER, everything, "auditor")).status).toBe(401);
  });
});
