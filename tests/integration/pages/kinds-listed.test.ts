import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { emptyFilter } from "@/lib/audit/query/filter";
import { eventsPage } from "@/lib/audit/query/pages";
import { compileFilter } from "@/lib/audit/query/where";
import { prune } from "@/lib/audit/retention/prune";
import { migrate } from "@/scripts/serve/migrate";
import { type WideLog, wideLog } from "./wide-log";

let log: WideLog;
let whole: string[];
beforeAll(async () => {
  log = await wideLog(3_000);
  whole = await listed();
}, 60_000);
afterAll(() => log.close());

/** As after an instance of an older version has sealed, which knows no such list. */
beforeEach(() => log.product.admin`delete from audit_kind_seen where model = 'GuruType'`);

async function listed(): Promise<string[]> {
  const rows = await log.product.admin<{ kind: string }[]>`
    select k::text as kind from audit_kind_seen k order by 1`;
  return rows.map(({ kind }) => kind);
}

async function gurusEvents(): Promise<number> {
  const filter = { ...emptyFilter, model: ["GuruType"] };
  const where = await compileFilter({ orgId: 1, guruScope: null, filter });
  return (await eventsPage({ where, limit: 50, cursor: null, direction: "older" })).rows.length;
}

const maintenance = () => {
  const { urls, roles, mode } = log.product.runtime;
  return { maintenanceUrl: urls.maintenance, roles, mode };
};

it.each([
  ["a start", () => migrate(maintenance())],
  ["a cleanup", () => prune(maintenance())],
])("kinds that the list lacks are in it after %s, and their events under their filter", async (_, mend) => {
  expect(await listed()).not.toEqual(whole);
  await mend();
  expect(await listed()).toEqual(whole);
  expect(await gurusEvents()).toBe(50);
});
