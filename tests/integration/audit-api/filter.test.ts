import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { copyRows, openCopy } from "@/lib/audit/query/copy-stream";
import {
  type AuditFilter,
  emptyFilter,
  filterParams,
  parseFilter,
  repeatableParams,
} from "@/lib/audit/query/filter";
import { compileFilter, literalSql } from "@/lib/audit/query/where";
import { defaultRecordsSelect } from "@/lib/audit/query/whole-log";
import { createSealer } from "@/lib/audit/seal/sealer";
import { sql } from "@/lib/db/client";
import { globalAuditPage, guruAuditPage } from "@/lib/features/audit-log/queries";
import { createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { ask, keyOf, records } from "./api-harness";

interface Row {
  id: string;
  micros: string;
  guru_id: string | null;
  guru_slug: string | null;
  guru_name: string | null;
  model: string;
  action: string;
  action_type: string;
  operation: string;
  outcome: string;
  actor_type: string;
  actor_id: string;
  actor_email: string | null;
  account_id: string | null;
  ip: string | null;
  target_id: string;
  target_label: string;
}

let product: TestProduct;
let owner: UserPrincipal;
let key: string;
let rows: Row[];
/** Slug of today's and deleted gurus → id. */
const gurus = new Map([
  ["billing", "00000000-0000-7000-8000-0000000000a1"],
  ["ops_%", "00000000-0000-7000-8000-0000000000a2"],
  ["retired", "00000000-0000-7000-8000-0000000000a3"],
]);
const people = [
  "00000000-0000-7000-8000-0000000000b1",
  "00000000-0000-7000-8000-0000000000b2",
  "00000000-0000-7000-8000-0000000000b3",
];
const emails = ["ada@halden.example", "Bob_%@Halden.example", "cy@halden.example"];
const keyId = "00000000-0000-4000-8000-0000000000c1";
const hostile = [
  "100%",
  "a_b\\c",
  "O'Brien; drop table audit_event;--",
  "$1",
  "{x}",
  "\u202eevil",
  "émoji 🦊",
  "=1+1",
  "line\nbreak",
  "tab\t",
];

const base = Date.now() - 5 * 86_400_000;

function eventAt(n: number): Record<string, unknown> {
  const slugs = [...gurus.keys(), "gone-snapshot"];
  const slug = n % 6 < 4 ? slugs[n % 6] : undefined;
  const kind = (["user", "api_key", "system", "anonymous", "user"] as const)[n % 5] ?? "user";
  const who = n % 3;
  return {
    org_id: n % 17 === 0 ? 2 : 1,
    guru_id: slug === undefined ? null : (gurus.get(slug) ?? "00000000-0000-7000-8000-0000000000a9"),
    guru_slug: slug ?? null,
    guru_name: slug === undefined ? null : `Guru ${slug.toUpperCase()}`,
    model: ["User", "GuruType", "DataSource", "it's"][n % 4],
    action: ["guru.updated", "user.signed_in", "datasource.added"][n % 3],
    operation: ["UPDATE_GURU", "LOGIN_SUCCESS", "ADD_DATASOURCE", "X'--"][n % 4],
    action_type: ["access", "created", "updated", "deleted"][(n * 7) % 4],
    outcome: n % 9 === 0 ? "failure" : n % 31 === 0 ? "unknown" : "success",
    actor_type: kind,
    actor_id: kind === "user" ? people[who] : kind === "api_key" ? keyId : kind,
    actor_email: kind === "user" || kind === "api_key" ? emails[who] : null,
    account_id: kind === "system" || (kind === "anonymous" && n % 2 === 0) ? null : people[who],
    ip: kind === "system" ? null : n % 4 === 0 ? "2001:db8::7" : `203.0.113.${n % 10}`,
    target_type: "guru",
    target_id: n % 10 === 0 ? (hostile[(n / 10) % hostile.length] ?? "t") : `target-${n % 20}`,
    target_label: n % 3 === 0 ? (hostile[n % hostile.length] ?? "x") : `Object ${n % 25}`,
    version: "test",
  };
}

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  key = await keyOf(owner);
  for (const [i, email] of emails.entries()) {
    await product.admin`insert into account (id, email, email_key, name) values (${people[i] ?? ""}, ${email}, ${email.toLowerCase()}, 'x')`;
  }
  await product.admin`insert into organization (id, name, domain) values (2, 'Other', 'other')`;
  for (const [slug, id] of gurus) {
    if (slug === "retired")
      await product.admin`insert into retired_guru (id, org_id, slug, name) values (${id}, 1, ${slug}, 'Retired')`;
    else
      await product.admin`insert into guru (id, org_id, slug, name) values (${id}, 1, ${slug}, ${`Guru ${slug}`})`;
  }
  for (let n = 0; n < 160; n += 1) {
    // Several events share a microsecond: only the id breaks the tie.
    const at = new Date(base + Math.floor(n / 4) * 1_000 + (n % 2)).toISOString();
    await product.admin.begin(async (tx) => {
      await tx`alter table audit_event alter column occurred_at set default ${tx.unsafe(`'${at}'::timestamptz + interval '${n % 4 < 2 ? 0 : 700} microseconds'`)}`;
      await tx`insert into audit_event ${tx([eventAt(n)] as never)}`;
    });
  }
  await product.admin`alter table audit_event alter column occurred_at set default gurulog_now()`;
  const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
  while ((await sealer.sealOnce()) > 0);
  await sealer.stop();
  rows = await allRows();
});
afterAll(() => product.close());

async function allRows(): Promise<Row[]> {
  return product.admin<Row[]>`
    select *, host(ip) as ip, (extract(epoch from occurred_at) * 1000000)::bigint::text as micros
    from audit_event where org_id = 1 order by occurred_at desc, id desc`;
}

const any = (values: string[], test: (value: string) => boolean) => values.length === 0 || values.some(test);

/** The grammar once more, in plain words. */
function matches(row: Row, f: AuditFilter, scope: string | null): boolean {
  const ms = Math.floor(Number(BigInt(row.micros) / 1_000n));
  const lower = (text: string | null) => (text ?? "").toLowerCase();
  const q = f.q?.toLowerCase();
  return (
    (scope === null || row.guru_id === scope) &&
    (!f.since || ms >= Date.parse(f.since)) &&
    (!f.until || ms <= Date.parse(f.until)) &&
    any(f.model, (v) => row.model === v) &&
    any(f.action, (v) => row.action === v) &&
    any(f.actionType, (v) => row.action_type === v) &&
    any(f.operation, (v) => row.operation === v) &&
    any(f.outcome, (v) => row.outcome === v) &&
    any(f.target, (v) => row.target_id === v) &&
    any(f.ip, (v) => row.ip === v) &&
    any(f.guru, (v) =>
      v === "none" ? row.guru_id === null : gurus.has(v) ? row.guru_id === gurus.get(v) : row.guru_slug === v,
    ) &&
    any(f.actor, (v) => {
      if (v === "system" || v === "anonymous") return row.actor_type === v;
      if (v.includes("@")) {
        const called = people[emails.findIndex((e) => e.toLowerCase() === v.toLowerCase())];
        return (
          lower(row.actor_email) === v.toLowerCase() || (called !== undefined && row.account_id === called)
        );
      }
      return row.account_id === v || (row.actor_type === "api_key" && row.actor_id === v);
    }) &&
    (q === undefined ||
      [row.actor_email, row.target_label, row.guru_name, row.guru_slug, row.operation].some((t) =>
        lower(t).includes(q),
      ) ||
      [row.target_id, row.ip].some((t) => t !== null && lower(t).startsWith(q)))
  );
}

const some = (...values: string[]) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }) },
  );
const times = fc.option(
  fc.integer({ min: -2_000, max: 42_000 }).map((ms) => new Date(base + ms).toISOString()),
  { nil: undefined, freq: 2 },
);
const filters = fc
  .record({
    guru: some(...gurus.keys(), "none", "gone-snapshot", "unheard-of"),
    model: some("User", "GuruType", "it's", "Nope"),
    actor: some(
      ...people,
      ...emails,
      emails[1]?.toLowerCase() ?? "",
      keyId,
      "system",
      "anonymous",
      "nobody",
      "x@y.example",
    ),
    actionType: some("access", "created", "updated", "deleted"),
    operation: some("UPDATE_GURU", "X'--", "ADD_DATASOURCE"),
    outcome: some("success", "failure", "unknown"),
    action: some("guru.updated", "user.signed_in"),
    target: some("target-1", "target-10", "100%", "a_b\\c", "target"),
    ip: some("203.0.113.1", "2001:db8::7", "198.51.100.1"),
    since: times,
    until: times,
    q: fc.option(
      fc.constantFrom(
        "guru",
        "BOB_%",
        "%",
        "_",
        "\\",
        "object 1",
        "203.0.113.1",
        "target-1",
        "o'brien",
        "$1",
        "🦊",
        "É",
        "none",
        "login",
      ),
      { nil: undefined, freq: 2 },
    ),
  })
  .filter((f) => !f.since || !f.until || f.since < f.until)
  .map((f) => {
    const parsed = parseFilter(new URLSearchParams(filterParams(f as AuditFilter)));
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.filter;
  });

/** Every row of the page, walked from its newest page by the links it shows. */
async function byPage(filter: AuditFilter, slug?: string): Promise<{ ids: string[]; total: number }> {
  const ids: string[] = [];
  let older: string | null | undefined;
  for (;;) {
    const call = { principal: owner, request: testRequest };
    const input = { filter, older };
    const page = slug
      ? await guruAuditPage.execute({ ...call, input: { ...input, slug } })
      : await globalAuditPage.execute({ ...call, input });
    if (!page.ok) throw new Error(page.message);
    ids.push(...page.value.rows.map((r) => r.id));
    if (page.value.range.first !== null) expect(page.value.range.last).toBe(ids.length);
    const next = page.value.cursors.older;
    if (!next) return { ids, total: page.value.total.count };
    older = new URLSearchParams(next).get("older");
  }
}

describe("one filter", () => {
  it("chooses the same events through page, API, copy and plain reading", async () => {
    let nonEmpty = 0;
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        // Reads of earlier rounds are events of the log, too.
        rows = await allRows();
        const wanted = rows.filter((row) => matches(row, filter, null)).map((r) => r.id);
        if (wanted.length > 0) nonEmpty += 1;
        const page = await byPage(filter);
        expect(page.ids).toEqual(wanted);
        expect(page.total).toBe(wanted.length);
        const where = await compileFilter({ orgId: 1, guruScope: null, filter });
        const copy = await openCopy({
          copySql: copyRows(defaultRecordsSelect(await literalSql(sql(), where))),
        });
        const copied = (await new Response(copy.stream).text())
          .split("\n")
          .filter((l) => l !== "")
          .map((l) => JSON.parse(l).id as string);
        expect(copied).toEqual(wanted);
        expect((await records(ask(filterParams(filter), { key }))).map((r) => r.id)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
    expect(nonEmpty).toBeGreaterThan(15);
  });

  it("stays within a guru on its page", async () => {
    for (const [slug, id] of [...gurus].slice(0, 2)) {
      await fc.assert(
        fc.asyncProperty(filters, async (filter) => {
          // Another guru's slug means nothing there.
          const wanted = rows.filter((row) => matches(row, filter, id)).map((r) => r.id);
          expect((await byPage(filter, slug)).ids).toEqual(wanted);
        }),
        { numRuns: 25 },
      );
    }
    const [, id = ""] = [...gurus][0] ?? [];
    expect((await byPage(emptyFilter, "billing")).ids).toEqual(
      rows.filter((r) => r.guru_id === id).map((r) => r.id),
    );
  });

  it("takes hostile values of every parameter without an error of the database", async () => {
    for (const value of [
      ...hostile,
      "'",
      "''",
      "\\",
      "\\'",
      "{}",
      '{"a"}',
      "NULL",
      "$$",
      "%",
      "null",
      "\u0001",
      "x".repeat(90),
    ]) {
      for (const name of [...repeatableParams, "q"] as const) {
        const answer = await ask(
          [
            [name, value],
            ["page", "1"],
          ],
          { key },
        );
        expect([name, value, [200, 400].includes(answer.status)]).toEqual([name, value, true]);
        const parsed = parseFilter(new URLSearchParams([[name, value]]));
        if (!parsed.ok) continue;
        const where = await compileFilter({ orgId: 1, guruScope: null, filter: parsed.filter });
        await sql().unsafe(`select count(*) from audit_event e where ${await literalSql(sql(), where)}`);
      }
    }
  });

  it("takes times of other zones, at the grain of a millisecond, both ends inclusive", async () => {
    const [row] = rows.filter((r) => r.target_id.startsWith("target"));
    const ms = Number(BigInt(row?.micros ?? 0) / 1_000n);
    const at = (shift: number) => new Date(ms + shift).toISOString();
    const holds = async (params: [string, string][]) =>
      (await records(ask(params, { key }))).some((r) => r.id === row?.id);
    expect(
      await holds([
        ["since", at(0)],
        ["until", at(1)],
      ]),
    ).toBe(true);
    expect(
      await holds([
        ["since", at(-1)],
        ["until", at(0)],
      ]),
    ).toBe(true);
    expect(await holds([["since", at(1)]])).toBe(false);
    expect(await holds([["until", at(-1)]])).toBe(false);
    const shifted = new Date(ms + 2 * 3_600_000).toISOString().replace("Z", "+02:00");
    expect(
      await holds([
        ["since", shifted],
        ["until", at(1)],
      ]),
    ).toBe(true);
    expect((await ask(`?since=${shifted}`, { key })).status).toBe(200);
  });
});

describe("the page", () => {
  it("never skips or doubles an event while others are written, older and newer", async () => {
    const wanted = new Set(rows.map((r) => r.id));
    const seen: string[] = [];
    let older: string | null | undefined;
    let steps = 0;
    for (;;) {
      const page = await globalAuditPage.execute({
        principal: owner,
        request: testRequest,
        input: { filter: emptyFilter, older },
      });
      if (!page.ok) throw new Error(page.message);
      seen.push(...page.value.rows.map((r) => r.id));
      await product.admin`insert into audit_event ${product.admin(Array.from({ length: 7 }, (_, i) => ({ ...eventAt(i + 1), org_id: 1 })) as never)}`;
      steps += 1;
      if (!page.value.cursors.older) break;
      older = new URLSearchParams(page.value.cursors.older).get("older");
    }
    expect(steps).toBeGreaterThan(3);
    expect(new Set(seen).size).toBe(seen.length);
    for (const id of wanted) expect(seen).toContain(id);
    // And back, by its "newer" links, up to the newest.
    const all = (await allRows()).map((r) => r.id);
    const back: string[][] = [];
    let newer: string | null = null;
    const last = await globalAuditPage.execute({
      principal: owner,
      request: testRequest,
      input: { filter: emptyFilter, older },
    });
    if (!last.ok || !last.value.cursors.newer) throw new Error("no way back");
    back.push(last.value.rows.map((r) => r.id));
    newer = new URLSearchParams(last.value.cursors.newer).get("newer");
    while (newer) {
      const page = await globalAuditPage.execute({
        principal: owner,
        request: testRequest,
        input: { filter: emptyFilter, newer },
      });
      if (!page.ok) throw new Error(page.message);
      back.unshift(page.value.rows.map((r) => r.id));
      newer = page.value.cursors.newer ? new URLSearchParams(page.value.cursors.newer).get("newer") : null;
    }
    expect([...new Set(back.flat())]).toEqual(all);
  });

  it("offers choices and counts from its own scope alone", async () => {
    const page = await guruAuditPage.execute({
      principal: owner,
      request: testRequest,
      input: { filter: emptyFilter, slug: "billing" },
    });
    const whole = await globalAuditPage.execute({
      principal: owner,
      request: testRequest,
      input: { filter: emptyFilter },
    });
    if (!page.ok || !whole.ok) throw new Error("refused");
    const now = await allRows();
    const own = now.filter((r) => r.guru_id === gurus.get("billing"));
    expect(page.value.facets.guru).toEqual([]);
    for (const [list, scope] of [
      [page.value.facets, own],
      [whole.value.facets, now],
    ] as const) {
      for (const choice of list.model)
        expect(choice.count).toBe(scope.filter((r) => r.model === choice.value).length);
      for (const choice of list.actionType)
        expect(choice.count).toBe(scope.filter((r) => r.action_type === choice.value).length);
      for (const choice of list.actor) {
        expect(choice.count).toBe(
          scope.filter((r) => r.account_id === choice.value || r.actor_type === choice.value).length,
        );
      }
      expect(new Set(list.model.map((c) => c.value))).toEqual(new Set(scope.map((r) => r.model)));
    }
    expect(whole.value.facets.guru.map((c) => c.label)).toEqual(
      expect.arrayContaining([
        "No guru",
        "Guru billing",
        "Retired (deleted)",
        "Guru GONE-SNAPSHOT (deleted)",
      ]),
    );
    expect(whole.value.facets.actor.map((c) => c.label)).toEqual(
      expect.arrayContaining(["System", "Anonymous", "ada@halden.example"]),
    );
  });
});
