import type { Kinds } from "./chosen-kinds";
import { dayStart } from "./days";
import { kindOf } from "./kinds";
import type { Branch, LookupColumn, Route } from "./routes";
import { eventColumns } from "./row";
import { type Direction, moment, type Stretch, type TimeCursor } from "./stretches";
import { Binder, type Compiled } from "./where";

/** What is asked of one stretch. */
export interface Look {
  where: Compiled;
  stretch: Stretch;
  cursor: TimeCursor | null;
  direction: Direction;
  /** Rows at most. */
  rows: number;
}

/** A way to events of a filter. */
export interface Along {
  route: Route;
  /** Which kinds of events the filter chooses; needed where `needsKinds` says so. */
  kinds: Kinds | null;
}

interface Statement {
  text: string;
  params: (string | string[])[];
}

const orderOf = (direction: Direction, of: string) =>
  direction === "older" ? `${of}.occurred_at desc, ${of}.id desc` : `${of}.occurred_at, ${of}.id`;

/** Times are parameters of their own type: only then are weeks left out when the statement is planned. */
function boundsOf(b: Binder, { stretch, cursor, direction }: Look): string {
  const bounds: string[] = [];
  if (stretch.from !== null) bounds.push(`e.occurred_at >= ${b.bind(moment(stretch.from), "timestamptz")}`);
  if (stretch.to !== null) bounds.push(`e.occurred_at < ${b.bind(moment(stretch.to), "timestamptz")}`);
  if (cursor) {
    const at = b.bind(moment(BigInt(cursor.micros)), "timestamptz");
    const id = b.bind(cursor.id, "uuid");
    // The first bound is implied by the second, but only it lets weeks be left out.
    const [bound, beyond] = direction === "older" ? ["<=", "<"] : [">=", ">"];
    bounds.push(`e.occurred_at ${bound} ${at} and (e.occurred_at, e.id) ${beyond} (${at}, ${id})`);
  }
  return bounds.length > 0 ? bounds.join(" and ") : "true";
}

/** The events of a stretch in the order of time, looked through one after the other. */
export function inOrder(look: Look, columns = eventColumns): Statement {
  const b = new Binder(look.where.params);
  const text = `select ${columns} from audit_event e where ${look.where.text} and ${boundsOf(b, look)}
    order by ${orderOf(look.direction, "e")} limit ${look.rows}`;
  return { text, params: b.params };
}

/** The same among the first `budget` events of the stretch, whatever they are. */
export function amongFirst(look: Look, orgId: number, budget: number): Statement {
  const b = new Binder(look.where.params);
  const text = `select ${eventColumns} from (
      select * from audit_event e where e.org_id = ${b.bind(String(orgId), "int")} and ${boundsOf(b, look)}
      order by ${orderOf(look.direction, "e")} limit ${budget}
    ) e where ${look.where.text} order by ${orderOf(look.direction, "e")} limit ${look.rows}`;
  return { text, params: b.params };
}

/** The events of a stretch through the branches of a route: keys first, then the rows of those that are wanted. */
export function byRoute(look: Look, along: Along): Statement {
  const b = new Binder(look.where.params);
  const { ctes, bounds } = keysByRoute(b, look, along);
  const text = `with ${ctes}
    select ${eventColumns}
    from found f
    cross join lateral (select * from audit_event e where e.occurred_at = f.occurred_at and e.id = f.id and ${bounds} offset 0) e
    order by ${orderOf(look.direction, "e")}`;
  return { text, params: b.params };
}

/** The last of the keys that `byRoute` would find, or, without a route, that stand in the order of time. */
export function lastKey(look: Look, along: Along | null): Statement {
  const b = new Binder(look.where.params);
  const key = "select (extract(epoch from f.occurred_at) * 1000000)::bigint::text as micros, f.id";
  const skip = `offset ${look.rows - 1} limit 1`;
  if (along) {
    const { ctes } = keysByRoute(b, look, along);
    return {
      text: `with ${ctes} ${key} from found f order by ${orderOf(look.direction, "f")} ${skip}`,
      params: b.params,
    };
  }
  const text = `${key} from (select e.occurred_at, e.id from audit_event e
    where ${look.where.text} and ${boundsOf(b, look)} order by ${orderOf(look.direction, "e")} ${skip}) f`;
  return { text, params: b.params };
}

/** Common table expressions that end with `found (occurred_at, id)`. */
function keysByRoute(b: Binder, look: Look, { route, kinds }: Along): { ctes: string; bounds: string } {
  const org = b.bind(String(look.where.chosen.orgId), "int");
  const bounds = boundsOf(b, look);
  const order = orderOf(look.direction, "e");
  const branches = route.branches.map((branch) => {
    const { sources, conditions, orderedBy } = branchOf(b, branch, route);
    if (look.stretch.days) {
      const of = (days: number[]) => b.bind(days.map(dayStart), "text[]");
      sources.push(
        `unnest(${of(look.stretch.days)}::timestamptz[], ${of(look.stretch.days.map((d) => d + 1))}::timestamptz[]) d (begins, ends)`,
      );
      conditions.push("e.occurred_at >= d.begins and e.occurred_at < d.ends");
    }
    const all = [`e.org_id = ${org}`, ...conditions, bounds].join(" and ");
    // A look-up has no order: its few events are gathered, then checked.
    if (branch.by === "lookup")
      return `(select e.occurred_at, e.id from (select e.* from ${[...sources, "audit_event e"].join(" cross join ")} where ${all} offset 0) e
        where ${look.where.text} order by ${order} limit ${look.rows})`;
    const keys = `select e.occurred_at, e.id from audit_event e where ${all} and ${look.where.text}
      order by ${orderedBy ? `${orderedBy} ${look.direction === "older" ? "asc" : "desc"}, ` : ""}${order} limit ${look.rows}`;
    if (sources.length === 0) return `(${keys})`;
    return `(select k.occurred_at, k.id from ${sources.join(" cross join ")} cross join lateral (${keys}) k
      order by ${orderOf(look.direction, "k")} limit ${look.rows})`;
  });
  const ctes = `${needsKinds(route) ? `${chosenKind(b, kinds)},` : ""} found as materialized (
      select f.* from (${branches.join(" union ")}) f order by ${orderOf(look.direction, "f")} limit ${look.rows}
    )`;
  return { ctes, bounds };
}

function chosenKind(b: Binder, kinds: Kinds | null): string {
  if (!kinds) throw new Error("this way goes by kind, and nobody has looked which kinds there are");
  const columns = [
    b.bind(kinds.kind, "bigint[]"),
    b.bind(kinds.ownKind, "bigint[]"),
    b.bind(kinds.actorType, "text[]"),
  ];
  return `chosen_kind as materialized (select * from unnest(${columns.join(", ")}) c (kind, own_kind, actor_type))`;
}

/** Whether a way needs the kinds of events that the filter chooses. */
export const needsKinds = (route: Route) => route.branches.some((branch) => goesByKind(route, branch));

/** An index that goes by kind is asked kind by kind, even where the filter chooses none. */
function goesByKind(route: Route, { by }: Branch): boolean {
  if (by === "lookup") return false;
  return route.byKind || by === "kind" || by === "actor type" || by === "target";
}

interface BranchSql {
  /** Relations whose rows the branch goes through. */
  sources: string[];
  /** On the events of one of those rows. */
  conditions: string[];
  /** What its events are ordered by before the time. */
  orderedBy?: string;
}

/**
 * A single kind is asked as a range, and its events ordered by the kind first: only an index that goes on with the time has
 * that order, so no other is taken for a kind that the planner believes to be frequent.
 */
function branchOf(b: Binder, branch: Branch, route: Route): BranchSql {
  const ofKind = (kind: string, number: string, source = "chosen_kind c"): BranchSql => ({
    sources: [source],
    conditions: [`${kind} >= c.${number} and ${kind} <= c.${number}`],
    orderedBy: kind,
  });
  const also: BranchSql = goesByKind(route, branch)
    ? ofKind(kindOf("e", "composite"), "own_kind")
    : { sources: [], conditions: [] };
  switch (branch.by) {
    case "account":
    case "guru": {
      const values = `unnest(${b.bind(branch.values, "uuid[]")}) v (value)`;
      return {
        ...also,
        sources: [values, ...also.sources],
        conditions: [`e.${branch.by}_id = v.value`, ...also.conditions],
      };
    }
    case "target": {
      const values = b.bind(branch.values, "text[]");
      return {
        ...also,
        sources: [`(select hashtextextended(t, 0) as value from unnest(${values}) t) v`, ...also.sources],
        conditions: ["hashtextextended(e.target_id, 0) = v.value", ...also.conditions],
      };
    }
    case "no guru":
      return { ...also, conditions: ["e.guru_id is null", ...also.conditions] };
    case "kind":
      return ofKind(kindOf("e", "kind"), "kind");
    case "actor type": {
      const types = b.bind(branch.values, "text[]");
      return ofKind(
        kindOf("e", "kind"),
        "kind",
        `(select * from chosen_kind where actor_type = any (${types})) c`,
      );
    }
    case "lookup": {
      const values = branch.values.map((value) => {
        const bound = branch.column === "ip" ? `host(${b.bind(value, "inet")})` : b.bind(value, "text");
        return `hashtextextended(${bound}, 0)`;
      });
      const conditions = [`${lookupOf(branch.column)} = any (array[${values.join(", ")}])`];
      return { sources: [], conditions };
    }
  }
}

/** The very words of the index `audit_event_lookup`. */
function lookupOf(column: LookupColumn): string {
  const text = { ip: "host(e.ip)", actor_email: "lower(e.actor_email)" } as Partial<
    Record<LookupColumn, string>
  >;
  return `hashtextextended(${text[column] ?? `e.${column}`}, 0)`;
}
