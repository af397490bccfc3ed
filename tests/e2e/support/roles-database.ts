import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "@playwright/test";
import postgres from "postgres";

function storedOf(dataDir: string): { password: string; home?: string } {
  return JSON.parse(readFileSync(path.join(dataDir, "postgres.json"), "utf8"));
}

/** The folder of the embedded Postgres: its cluster, and beside or in it its log. */
export function clusterHomeOf(dataDir: string): string {
  return storedOf(dataDir).home ?? path.join(dataDir, "postgres");
}

/** The server's own log. */
export function postgresLogOf(dataDir: string): string {
  const { home } = storedOf(dataDir);
  return home === undefined ? path.join(dataDir, "postgres", "postgres.log") : `${home}.log`;
}

/** The superuser's address of the embedded Postgres of a product that runs on this data folder. */
export function adminUrlOf(dataDir: string): string {
  const pidFile = path.join(clusterHomeOf(dataDir), "cluster", "postmaster.pid");
  const port = readFileSync(pidFile, "utf8").split("\n")[3];
  return `postgres://postgres:${encodeURIComponent(storedOf(dataDir).password)}@127.0.0.1:${Number(port)}/gurulog`;
}

export type Admin = postgres.Sql;

export function connectAdmin(dataDir: string): Admin {
  return postgres(adminUrlOf(dataDir), { max: 2, onnotice: () => {} });
}

/** What people and their acts make; sessions, counters and the log itself are no part of it. */
const businessTables = [
  "account",
  "organization",
  "membership",
  "invite",
  "join_request",
  "removed_member",
  "removed_member",
  "identity",
  "account_factor",
  "recovery_code",
  "account_token",
  "api_key",
  "guru",
  "guru_role",
  "secret",
  "integration",
  "retired_guru",
  "data_source",
  "crawl",
  "backfill_job",
  "widget",
  "upload",
  "excel_job",
  "excel_answer",
  "question",
  "export_job",
  "saved_view",
];

/** Until the background has read every source: its own work changes rows too. */
async function indexingDone(admin: Admin): Promise<void> {
  const waiting = async () =>
    (await admin`select 1 from data_source where status in ('NOT_PROCESSED', 'PROCESSING')`).length;
  await expect.poll(waiting, { timeout: 30_000, intervals: [50] }).toBe(0);
}

/** Number and digest of the rows of each business table: equal before and after where nothing has changed. */
export async function businessState(admin: Admin): Promise<Record<string, string>> {
  await indexingDone(admin);
  const state: Record<string, string> = {};
  for (const table of businessTables) {
    const [row] = await admin<{ state: string }[]>`
      select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '-') as state
      from ${admin(table)} t`;
    state[table] = row?.state ?? "missing";
  }
  return state;
}
