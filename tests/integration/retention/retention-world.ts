import postgres from "postgres";
import { type PruneOptions, prune } from "@/lib/audit/retention/prune";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { createLogDatabase, type LogDatabase } from "../append-only/databases";
import { insertEvents, setClock, type TestEvent } from "../sealer/events-for-tests";

export const dayMs = 86_400_000;
export let database: LogDatabase;
export let app: postgres.Sql;
export let sealer: postgres.Sql;
export let maintenance: postgres.Sql;
export let admin: postgres.Sql;

/** Opens a log of its own for one test. */
export async function open(mode: LogDatabase["mode"]): Promise<void> {
  database = await createLogDatabase(mode);
  const connect = (url: string, name: string) =>
    postgres(url, { max: 4, onnotice: () => {}, connection: { application_name: name } });
  app = connect(database.urls.app, "test app");
  sealer = connect(database.urls.sealer, "test sealer");
  maintenance = connect(database.urls.maintenance, "test maintenance");
  admin = connect(database.urls.admin, "test admin");
}

export async function close(): Promise<void> {
  await Promise.all([app, sealer, maintenance, admin].map((sql) => sql.end({ timeout: 5 })));
  await database.drop();
}

/** Midnight UTC `days` ago; the cut-off is that of 90. */
export function daysAgo(days: number, offsetMs = 0): string {
  return new Date(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs + offsetMs).toISOString();
}

export async function insertAt(at: string, events: TestEvent[]): Promise<{ id: string; micros: string }[]> {
  await maintenance`select audit_make_partition(${at}::timestamptz)`;
  return maintenance.begin(async (tx) => {
    if (database.mode === "guard-rail") await tx`select set_config('gurulog.privileged', 'on', true)`;
    await setClock(tx, at);
    return insertEvents(tx, events);
  });
}

export async function sealAll(): Promise<void> {
  while ((await sealBatch(sealer, 2000)) > 0);
}

export const run = (more: Partial<PruneOptions> = {}) =>
  prune({ maintenanceUrl: database.urls.maintenance, roles: database.roles, mode: database.mode, ...more });

export const rows = async () => (await app`select from audit_event`).length;
export const weekOf = async (at: string) =>
  (
    await app<
      { name: string }[]
    >`select 'audit_event_' || to_char(${at}::timestamptz at time zone 'UTC', 'IYYY"w"IW') as name`
  )[0]?.name ?? "";
export const stands = async (name: string) =>
  (await app`select from pg_class where relname = ${name}`).length === 1;
