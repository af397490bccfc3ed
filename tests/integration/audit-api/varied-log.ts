import type { UserPrincipal } from "@/lib/access/principal";
import type { AuditFilter } from "@/lib/audit/query/filter";
import { createSealer } from "@/lib/audit/seal/sealer";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { keyOf } from "./api-harness";

/** An event as it stands in the database. */
export interface Row {
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

/** Slug of today's and deleted gurus → id. */
export const gurus = new Map([
  ["billing", "00000000-0000-7000-8000-0000000000a1"],
  ["ops", "00000000-0000-7000-8000-0000000000a2"],
  ["retired", "00000000-0000-7000-8000-0000000000a3"],
]);
export const people = [
  "00000000-0000-7000-8000-0000000000b1",
  "00000000-0000-7000-8000-0000000000b2",
  "00000000-0000-7000-8000-0000000000b3",
];
export const emails = ["ada@halden.example", "Bob_%@Halden.example", "cy@halden.example"];
export const keyId = "00000000-0000-4000-8000-0000000000c1";
export const hostile = [
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

export const base = Date.now() - 5 * 86_400_000;

export function eventAt(n: number): Record<string, unknown> {
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

export interface VariedLog {
  product: TestProduct;
  owner: UserPrincipal;
  key: string;
  /** The organization's events as they are now, newest first. */
  rows(): Promise<Row[]>;
}

/** 160 events of all kinds, of people, gurus and texts that are hard on a filter; sealed. */
export async function variedLog(): Promise<VariedLog> {
  const product = await createTestProduct();
  const owner = await product.person("owner@halden.example", "owner");
  const key = await keyOf(owner);
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
    // Events share a microsecond in pairs, and a millisecond in fours: only the id breaks the tie.
    const at = new Date(base + Math.floor(n / 8) * 2_000 + (n % 2)).toISOString();
    const micros = n % 4 < 2 ? "000" : "700";
    const event = { ...eventAt(n), occurred_at: at.replace("Z", `${micros}Z`) };
    const names = Object.keys(event).join(", ");
    await product.admin.unsafe(
      `insert into audit_event (${names}) select ${names} from jsonb_populate_record(null::audit_event, $1::text::jsonb)`,
      [JSON.stringify(event)],
    );
  }
  const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
  while ((await sealer.sealOnce()) > 0);
  await sealer.stop();
  const rows = () => product.admin<Row[]>`
    select *, host(ip) as ip, (extract(epoch from occurred_at) * 1000000)::bigint::text as micros
    from audit_event where org_id = 1 order by occurred_at desc, id desc`;
  return { product, owner, key, rows };
}

const any = (values: string[], test: (value: string) => boolean) => values.length === 0 || values.some(test);

/** The grammar once more, in plain words. */
export function matches(row: Row, f: AuditFilter, scope: string | null): boolean {
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
