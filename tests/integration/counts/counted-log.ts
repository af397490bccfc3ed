import { createSealer, type Sealer } from "@/lib/audit/seal/sealer";
import { createTestProduct, type TestProduct } from "@/tests/support/product";

const dayMs = 86_400_000;
const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;

export const gurus = ["billing", "ops", "gone"].map((slug, i) => ({ slug, id: uuid(101 + i) }));
export const people = [1, 2, 3].map((n) => uuid(200 + n));
/** As old as the oldest event, in days. */
export const oldestDays = 100;

/** A log whose events may be recorded at any time of the last months, sealed or not. */
export interface CountedLog {
  product: TestProduct;
  sealer: Sealer;
  /** Records events spread over the days from `from` to `to` days ago. */
  record(count: number, from: number, to: number): Promise<void>;
  sealAll(): Promise<void>;
  keepFor(days: number | null): Promise<void>;
  close(): Promise<void>;
}

/** @param n tells events apart; who, what and where follow from it */
function eventOf(n: number): Record<string, unknown> {
  const guru = gurus[n % 5];
  const actor = (["user", "user", "api_key", "system", "anonymous", "anonymous"] as const)[n % 6] ?? "user";
  const person = people[n % 3];
  // A failed sign-in on an account, or on none.
  const account = actor === "system" || (actor === "anonymous" && n % 4 === 0) ? null : person;
  return {
    org_id: n % 23 === 0 ? 2 : 1,
    guru_id: guru?.id ?? null,
    guru_slug: guru?.slug ?? null,
    guru_name: guru ? `Guru ${guru.slug}` : null,
    model: ["User", "GuruType", "DataSource"][n % 7] ?? "User",
    action: "guru.updated",
    operation: ["LOGIN_SUCCESS", "UPDATE_GURU", "ASK_GURU"][n % 4] ?? "CODE_SEARCH",
    action_type: ["access", "created", "updated", "deleted"][(n * 11) % 4],
    outcome: n % 9 === 0 ? "failure" : "success",
    actor_type: actor,
    actor_id: actor === "user" ? person : actor,
    actor_email: actor === "user" || actor === "api_key" ? `person${n % 3}@halden.example` : null,
    account_id: account,
    target_type: "guru",
    target_id: `t${n % 10}`,
    target_label: `Object ${n % 10}`,
    version: "test",
  };
}

export async function countedLog(): Promise<CountedLog> {
  const product = await createTestProduct();
  const { admin } = product;
  await admin`select audit_make_partition(now() - make_interval(weeks => w)) from generate_series(0, 16) w`;
  await admin`insert into organization (id, name, domain) values (2, 'Other', 'other')`;
  for (const { slug, id } of gurus.slice(0, 2))
    await admin`insert into guru (id, org_id, slug, name) values (${id}, 1, ${slug}, ${`Guru ${slug}`})`;
  await admin`insert into retired_guru (id, org_id, slug, name) select ${gurus[2]?.id ?? ""}, 1, 'gone', 'Guru gone'`;
  for (const [i, id] of people.entries())
    await admin`insert into account (id, email, email_key, name) values (${id}, ${`person${i}@halden.example`}, ${`person${i}@halden.example`}, 'x')`;
  const sealer = createSealer({ sealerUrl: product.database.urls.sealer, batch: 40 });
  let made = 0;
  const now = Date.now();
  return {
    product,
    sealer,
    async record(count, from, to) {
      const events = Array.from({ length: count }, (_, i) => {
        made += 1;
        const at = now - (to + ((from - to) * (i + 0.5)) / count) * dayMs;
        return { ...eventOf(made), occurred_at: new Date(Math.min(at, now)).toISOString() };
      });
      const names = Object.keys(events[0] ?? {}).join(", ");
      await admin.unsafe(
        `insert into audit_event (${names}) select ${names} from jsonb_populate_recordset(null::audit_event, $1::text::jsonb)`,
        [JSON.stringify(events)],
      );
    },
    async sealAll() {
      while ((await sealer.sealOnce()) > 0);
    },
    async keepFor(days) {
      await admin`update audit_config set retention_days = ${days}`;
    },
    async close() {
      await sealer.stop();
      await product.close();
    },
  };
}
