import postgres from "postgres";
import type { DatabaseRoles } from "@/lib/platform/runtime";
import { migrate } from "../serve/migrate";
import { listTriggers } from "./catalog";
import { type Manifest, qualified } from "./format";
import { isWeek } from "./rebuild-schema";

interface Target {
  superuserUrl: string;
  maintenanceUrl: string;
  roles: DatabaseRoles;
  /** The product's folder `drizzle`. */
  folder: string;
}

/**
 * Makes loaded tables a database that may be started: the migrations that came after the backup, functions, rights, and
 * every trigger, which is then looked for. @throws when one is missing or switched off
 */
export async function finishRestore(target: Target, manifest: Manifest): Promise<void> {
  const sql = postgres(target.superuserUrl, { max: 1, prepare: false, onnotice: () => {} });
  try {
    await migrate({ ...target, mode: "enforced" });
    const weeks = manifest.tables.filter(isWeek);
    for (const week of weeks) {
      // As audit_make_partition does for a week that it makes.
      await sql.unsafe(
        `create or replace trigger audit_event_no_change before update or delete or truncate on ${qualified(week)}
        for each statement execute function public.audit_refuse_change()`,
      );
    }
    const [config] = await sql<{ demo: boolean }[]>`select demo from audit_config`;
    if (config?.demo) await sql`select audit_become_demo()`;
    await sql.unsafe("analyze");
    const standing = new Set(await listTriggers(sql));
    const guards = ["public.audit_event", ...weeks.map(({ name }) => `public.${name}`)];
    const wanted = [
      ...guards.map((table) => `${table}.audit_event_no_change`),
      "public.audit_event.audit_event_outbox",
      ...((await sameVersion(sql, manifest)) ? manifest.triggers : []),
    ];
    const missing = wanted.find((name) => !standing.has(name));
    if (missing !== undefined) throw new Error(`the restored database lacks the trigger ${missing}`);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Whether no migration came after the backup; a later one may have renamed a trigger. */
async function sameVersion(sql: postgres.Sql, manifest: Manifest): Promise<boolean> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from schema_migration`;
  return row?.n === manifest.migrations.length;
}
