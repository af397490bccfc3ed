import type { UserPrincipal } from "@/lib/access/principal";
import { eventsFrom } from "@/lib/audit/seal/lookup";
import { createSealer } from "@/lib/audit/seal/sealer";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { type Cast, castOf, type MadeEvent, madeEvents } from "./made-events";

/** An event of organization 1 as it stands in the database. */
export interface LogRow {
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
  /** What tells the row apart in a table without ids: its number in the details, else its time. */
  mark: string;
  /** Null while it is not sealed. */
  index: bigint | null;
  /** Past the retention, and not cleaned up yet. */
  expired: boolean;
}

export interface ManySidedLog {
  product: TestProduct;
  owner: UserPrincipal;
  cast: Cast;
  /** Newest first; the expired ones too. */
  rows: LogRow[];
  byMark: Map<string, string>;
  /** The same log with what was recorded since. */
  again(): Promise<ManySidedLog>;
}

const keptDays = 30;

/**
 * Some thousands of events over five weeks, of which one has expired: equal times, a renamed and two deleted gurus,
 * somebody who left, whose address another one has now, somebody erased, a second organization, and a tail that is not
 * sealed. The log does not change any more.
 */
export async function manySidedLog(): Promise<ManySidedLog> {
  const product = await createTestProduct();
  const { admin } = product;
  const owner = await product.person("owner@halden.example", "owner");
  const eva = await product.person("eva@halden.example");
  await admin`update audit_config set retention_days = 0`;
  await admin`select audit_make_partition(now() - make_interval(weeks => w)) from generate_series(0, 7) w`;
  await admin`insert into organization (id, name, domain) values (2, 'Other', 'other')`;
  const cast = castOf(eva.accountId);
  for (const { id, email } of cast.accounts)
    await admin`insert into account (id, email, email_key, name) values (${id}, ${email}, ${email.toLowerCase()}, 'x')`;
  for (const { id, slug } of cast.gurus)
    await admin`insert into guru (id, org_id, slug, name) values (${id}, 1, ${slug}, ${`Guru ${slug}`})`;
  for (const { id, slug } of cast.retired)
    await admin`insert into retired_guru (id, org_id, slug, name) values (${id}, 1, ${slug}, ${`Guru ${slug}`})`;

  const cutoffMs = Math.floor(Date.now() / 86_400_000 - keptDays) * 86_400_000;
  await insert(product, madeEvents({ cast, cutoffMs, count: 1_800, seed: 11 }));
  const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
  while ((await sealer.sealOnce()) > 0);
  await sealer.stop();
  const erased = await erasePerson.execute({
    principal: owner,
    request: testRequest,
    input: { accountId: eva.accountId, confirmation: eva.email },
  });
  if (!erased.ok) throw new Error(erased.message);
  // Late commits: not sealed yet, though some are as old as the others.
  await insert(
    product,
    madeEvents({ cast, cutoffMs, count: 160, seed: 12, first: 1_800, isAfterErasure: true }),
  );
  await admin`update audit_config set retention_days = ${keptDays}`;
  await admin`analyze`;
  const read = async (): Promise<ManySidedLog> => {
    const rows = await readRows(product);
    return {
      product,
      owner,
      cast,
      rows,
      byMark: new Map(rows.map((row) => [row.mark, row.id])),
      again: read,
    };
  };
  return read();
}

async function insert({ admin }: TestProduct, events: MadeEvent[]): Promise<void> {
  const names = Object.keys(events[0] ?? {}).join(", ");
  await admin.unsafe(
    `insert into audit_event (${names}) select ${names} from jsonb_populate_recordset(null::audit_event, $1::text::jsonb)`,
    [JSON.stringify(events)],
  );
}

async function readRows({ admin }: TestProduct): Promise<LogRow[]> {
  const rows = await admin<Omit<LogRow, "index">[]>`
    select *, host(ip) as ip, (extract(epoch from occurred_at) * 1000000)::bigint::text as micros,
      coalesce(details->>'n', to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS')) as mark,
      occurred_at < audit_cutoff() as expired
    from audit_event where org_id = 1 order by occurred_at desc, id desc`;
  const keys = await eventsFrom(admin, 1, 0n, 10_000_000);
  const indexes = new Map(keys.map((key) => [key.id, key.index]));
  return rows.map((row) => ({ ...row, index: indexes.get(row.id) ?? null }));
}
