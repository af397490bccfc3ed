import "server-only";
import { type AnySql, organizationScope } from "@/lib/audit/seal/dimensions";
import { type Day, dayOf, dayOfMicros } from "./days";
import type { Chosen, Route } from "./routes";

/** More that waits for the sealer than this, and the days of what waits are not looked up. */
const mostUnsealed = 5_000;

interface GuruAndPerson {
  /** The days that can hold an event of both, with how many the sealer counted; null: not known, so any day may. */
  days: Map<Day, number> | null;
  /** Whose events are fewer, and so are the ones to go through. */
  fewer: "account" | "guru";
}

/**
 * On which days a person acted in a guru. No index leads to both, but the sealer counts people in each guru's scope; what
 * is not sealed yet may be on any day from the oldest of it on.
 *
 * @param db a transaction that keeps one snapshot
 * @returns null when the filter does not choose by account and guru, or also in another way
 */
export async function daysOfBoth(
  db: AnySql,
  { orgId, filter }: Chosen,
  routes: readonly Route[],
): Promise<GuruAndPerson | null> {
  const accounts = onlyValues(routes, "account");
  const gurus = onlyValues(routes, "guru");
  if (!accounts || !gurus) return null;
  // `position > 0` is always so: the outbox is read through its index, as its table stays as long as it ever was.
  const [known] = await db<Known[]>`
    select
      (select count(*) from (select from audit_outbox where org_id = ${orgId} and position > 0 limit ${mostUnsealed}) o)::int as unsealed,
      (select (extract(epoch from min(occurred_at)) * 1000000)::bigint::text
        from (select occurred_at from audit_outbox where org_id = ${orgId} and position > 0 limit ${mostUnsealed}) o) as oldest,
      (select counted_from is not null and counted_from > (audit_cutoff() at time zone 'UTC')::date from audit_config) as partly,
      (now() at time zone 'UTC')::date::text as today,
      (select coalesce(sum(count), 0) from audit_facet
        where org_id = ${orgId} and scope = ${organizationScope} and dimension = 'user' and value = any (${accounts})) as accounts,
      (select coalesce(sum(count), 0) from audit_facet
        where org_id = ${orgId} and scope = ${organizationScope} and dimension = 'guru' and value = any (${gurus})) as gurus`;
  const fewer = Number(known?.accounts ?? 0) <= Number(known?.gurus ?? 0) ? "account" : "guru";
  if (known?.partly !== false || known.unsealed >= mostUnsealed) return { days: null, fewer };
  const types = filter.actionType;
  const counted = await db<{ day: string; count: string }[]>`
    select day::text, sum(count)::text as count from audit_rollup
    where org_id = ${orgId} and scope = any (${gurus}::uuid[]) and dimension = 'user' and value = any (${accounts})
      and (${types.length === 0} or action_type = any (${types}))
    group by day`;
  const days = new Map(counted.map((row) => [dayOf(row.day), Number(row.count)]));
  if (known.oldest !== null) {
    // A day further, should a clock be ahead.
    for (let day = dayOfMicros(known.oldest); day <= dayOf(known.today) + 1; day += 1)
      if (!days.has(day)) days.set(day, 0);
  }
  return { days, fewer };
}

interface Known {
  unsealed: number;
  oldest: string | null;
  partly: boolean | null;
  today: string;
  accounts: string;
  gurus: string;
}

/** The values of the one route that has this branch and no other. */
function onlyValues(routes: readonly Route[], by: "account" | "guru"): string[] | null {
  const route = routes.find(({ branches }) => branches.some((branch) => branch.by === by));
  const [only, ...more] = route?.branches ?? [];
  return only?.by === by && more.length === 0 ? only.values : null;
}
