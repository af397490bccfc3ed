import "server-only";
import { type AnySql, organizationScope } from "@/lib/audit/seal/dimensions";
import { type Day, type DayRange, dayOf, dayOfMicros, dayRange, dayStart, dayText } from "./days";
import type { FilterScope } from "./names";
import {
  type ActionType,
  type Counted,
  type Counting,
  newerCondition,
  type SliceRow,
  sliceColumns,
  sliceConditions,
  sliceGroups,
} from "./slices";
import type { Span } from "./span";
import type { Tally } from "./tally";
import { Binder } from "./where";

type TallyCounting = Counting & FilterScope & { tally: Tally; span: Span };

/**
 * Counts from what the sealer keeps, and from events what that does not hold: what is not sealed yet, the days that the
 * range or the place cuts, and days that the counts no longer hold wholly.
 * @param sql a transaction that keeps one snapshot: only then do its statements agree
 * @param counted where the numbers go as they are found; complete when this returns
 */
export async function countByTally(sql: AnySql, counting: TallyCounting, counted: Counted): Promise<void> {
  const { where, newerThan, span } = counting;
  const range = dayRange(where.range);
  const newerDay = newerThan ? dayOfMicros(newerThan.micros) : null;
  const addWhole = (day: Day, type: ActionType, count: number) => {
    const inRange = range.holds(day) ? count : 0;
    const newer = newerDay !== null && day > newerDay ? inRange : 0;
    counted.slices.push({ day, type, all: count, inRange, newer });
  };

  for (const row of await rolledUp(sql, counting)) addWhole(dayOf(row.day), row.type, Number(row.count));
  for (const row of await fromEvents(sql, counting, range)) {
    const [day, all] = [dayOf(row.day), Number(row.all)];
    if (row.whole) addWhole(day, row.type, all);
    else
      counted.slices.push({
        day,
        type: row.type,
        all,
        inRange: Number(row.in_range),
        newer: Number(row.newer),
      });
  }
  counted.done.all = true;
  counted.done.inRange = true;
  if (newerThan && newerDay !== null && range.holds(newerDay) && newerDay >= (span.tallied ?? newerDay)) {
    for (const row of await newerOfDay(sql, counting, newerDay))
      counted.slices.push({ day: newerDay, type: row.type, all: 0, inRange: 0, newer: Number(row.newer) });
  }
  counted.done.newer = true;
}

async function rolledUp(
  sql: AnySql,
  { orgId, tally, span }: TallyCounting,
): Promise<{ day: string; type: ActionType; count: string }[]> {
  const b = new Binder();
  const org = b.bind(String(orgId), "int");
  const conditions = [
    `r.org_id = ${org}`,
    `r.dimension = ${b.bind(tally.dimension, "text")}`,
    `r.value = any (${b.bind(tally.values, "text[]")})`,
  ];
  if (tally.actionTypes.length > 0)
    conditions.push(`r.action_type = any (${b.bind(tally.actionTypes, "text[]")})`);
  if (span.tallied !== null) conditions.push(`r.day >= ${b.bind(dayText(span.tallied), "text")}::date`);
  const rowsOf = (scope: string, sign: "" | "-") =>
    `select r.day, r.action_type, ${sign}r.count as count from audit_rollup r where ${conditions.join(" and ")} and ${scope}`;
  const parts = [rowsOf(`r.scope = any (${b.bind(tally.scopes, "uuid[]")})`, "")];
  if (tally.andNoGuru) {
    const whole = b.bind(organizationScope, "uuid");
    parts.push(rowsOf(`r.scope = ${whole}`, ""));
    // Every guru with a sealed event is a value of the dimension; one by one, each is a probe.
    parts.push(
      `select r.* from audit_facet g cross join lateral (${rowsOf("r.scope = g.value::uuid", "-")} offset 0) r
       where g.org_id = ${org} and g.scope = ${whole} and g.dimension = 'guru' and g.value <> 'none'`,
    );
  }
  return sql.unsafe(
    `select day::text as day, action_type as type, sum(count)::text as count
     from (${parts.join(" union all ")}) p group by p.day, p.action_type having sum(count) <> 0`,
    b.params,
  );
}

/** `whole`: to be placed by the day, as the sealer's counts are. */
async function fromEvents(
  sql: AnySql,
  counting: TallyCounting,
  range: DayRange,
): Promise<(SliceRow & { whole: boolean })[]> {
  const { orgId, where, span } = counting;
  const b = new Binder(where.anyTime.params);
  const parts: string[] = [];
  const from = span.tallied === null ? "timestamptz '-infinity'" : `timestamptz '${dayStart(span.tallied)}'`;
  if (span.tail) {
    // The bounds are implied, but only they let weeks be left out of the plan.
    const within = `${b.bind(span.tail.from, "timestamptz")} and ${b.bind(span.tail.to, "timestamptz")}`;
    parts.push(
      `select true as whole, ${sliceColumns}, count(*) as all, 0 as in_range, 0 as newer
     from audit_outbox o
     cross join lateral (
       select e.occurred_at, e.action_type from audit_event e
       where e.occurred_at = o.occurred_at and e.id = o.event_id and e.occurred_at between ${within} and ${where.anyTime.text} offset 0
     ) e
     where o.org_id = ${b.bind(String(orgId), "int")} and o.position > 0 and o.occurred_at >= ${from}
     group by ${sliceGroups}`,
    );
  }
  if (span.tallied !== null && span.tallied !== span.kept) {
    const { inRange, newer } = sliceConditions(b, counting);
    parts.push(
      `select false as whole, ${sliceColumns}, count(*) as all, count(*) filter (where ${inRange}) as in_range,
         count(*) filter (where ${newer}) as newer
       from audit_event e where ${where.anyTime.text} and e.occurred_at < ${from} group by ${sliceGroups}`,
    );
  }
  const cut = range.cut.filter((day) => day >= (span.tallied ?? day));
  if (cut.length > 0) {
    const { inRange, newer } = sliceConditions(b, counting);
    for (const day of cut)
      parts.push(
        `select false as whole, ${sliceColumns}, 0 as all, count(*) as in_range, count(*) filter (where ${newer}) as newer
         from audit_event e where ${where.anyTime.text} and ${inRange} and ${withinDay(b, day)} group by ${sliceGroups}`,
      );
  }
  if (parts.length === 0) return [];
  return sql.unsafe(parts.join(" union all "), b.params);
}

/** Of the place's own day, which the sealer's counts otherwise answer, the events after it. */
async function newerOfDay(sql: AnySql, { where, newerThan }: TallyCounting, day: Day) {
  if (!newerThan) return [];
  const b = new Binder(where.anyTime.params);
  const conditions = [where.anyTime.text, newerCondition(b, newerThan), withinDay(b, day)];
  return sql.unsafe<{ type: ActionType; newer: string }[]>(
    `select e.action_type as type, count(*) as newer from audit_event e where ${conditions.join(" and ")} group by 1`,
    b.params,
  );
}

const withinDay = (b: Binder, day: Day) =>
  `e.occurred_at >= ${b.bind(dayStart(day), "timestamptz")} and e.occurred_at < ${b.bind(dayStart(day + 1), "timestamptz")}`;
