import postgres from "postgres";
import type { AuditFilter } from "@/lib/audit/query/filter";
import type { Runtime } from "@/lib/platform/runtime";

/** The peer's queries, on a pool of the same role and size as ours. */
export interface Peer {
  /** One page by OFFSET. @returns rows */
  page(filter: AuditFilter, offset: number): Promise<number>;
  /** What it counts on each request. */
  count(filter: AuditFilter): Promise<number>;
  /** What it asks for each dropdown. @returns choices in all */
  choices(): Promise<number>;
  /** The histogram it would have to count. @returns days and types */
  histogram(filter: AuditFilter): Promise<number>;
  /** Reads the table once, in its order on disk, so that it is in memory as far as there is room. */
  touch(): Promise<void>;
  sql: postgres.Sql;
  close(): Promise<void>;
}

const dropdowns = ["guru", "model", "user", "actionType", "operation", "outcome"] as const;

export function openPeer({ urls }: Pick<Runtime, "urls">): Peer {
  const sql = postgres(urls.app, {
    max: 10,
    onnotice: () => {},
    connection: { application_name: "gurulog bench peer", TimeZone: "UTC", statement_timeout: 0 },
  });
  const rowsOf = (text: string, params: (string | string[])[]) =>
    sql.unsafe<{ n?: string }[]>(text, params, { prepare: true });
  return {
    sql,
    async page(filter, offset) {
      const { text, params } = condition(filter);
      const found = await rowsOf(
        `select * from bench.peer where ${text} order by "timestamp" desc, "id" desc offset ${offset} limit 50`,
        params,
      );
      return found.length;
    },
    async count(filter) {
      const { text, params } = condition(filter);
      const [found] = await rowsOf(`select count(*) as n from bench.peer where ${text}`, params);
      return Number(found?.n);
    },
    async choices() {
      let choices = 0;
      for (const column of dropdowns)
        choices += (await rowsOf(`select distinct "${column}" from bench.peer where "orgId" = 1`, [])).length;
      return choices;
    },
    async histogram(filter) {
      const { text, params } = condition(filter);
      return (
        await rowsOf(
          `select "timestamp"::date, "actionType", count(*) from bench.peer where ${text} group by 1, 2 order by 1, 2`,
          params,
        )
      ).length;
    },
    async touch() {
      // Of a column that no index has.
      await rowsOf(`select count("details") as n from bench.peer`, []);
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

const columnOf = {
  guru: "guru",
  model: "model",
  actor: "actorId",
  actionType: "actionType",
  operation: "operation",
  outcome: "outcome",
  action: "action",
  target: "targetId",
  ip: "ip",
} as const;

/** Its filters are equality; search is not offered. */
function condition(filter: AuditFilter): { text: string; params: (string | string[])[] } {
  const params: (string | string[])[] = [];
  const all = [`"orgId" = 1`];
  const bind = (value: string | string[]) => {
    params.push(value);
    return `$${params.length}`;
  };
  for (const [name, column] of Object.entries(columnOf) as [keyof typeof columnOf, string][]) {
    const values = filter[name];
    if (values.length === 0) continue;
    if (name === "guru" && values.includes("none")) all.push(`"guru" is null`);
    else
      all.push(
        values.length === 1
          ? `"${column}" = ${bind(values[0] ?? "")}::text`
          : `"${column}" = any (${bind(values)}::text[])`,
      );
  }
  if (filter.since) all.push(`"timestamp" >= ${bind(filter.since)}::text::timestamptz at time zone 'UTC'`);
  if (filter.until) all.push(`"timestamp" <= ${bind(filter.until)}::text::timestamptz at time zone 'UTC'`);
  return { text: all.join(" and "), params };
}
