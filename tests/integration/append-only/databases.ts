import { randomBytes } from "node:crypto";
import postgres from "postgres";
import type { DatabaseMode, DatabaseRoles } from "@/lib/platform/runtime";
import { migrate } from "../../../scripts/serve/migrate";
import { createEmptyDatabase, createTestDatabase } from "../../support/postgres-for-tests";

export interface LogDatabase {
  mode: DatabaseMode;
  roles: DatabaseRoles;
  urls: { admin: string; app: string; sealer: string; maintenance: string };
  drop(): Promise<void>;
}

export const modes: DatabaseMode[] = ["enforced", "guard-rail"];

/** A migrated database in the mode given. In guard-rail mode one user, who may not create roles, owns all of it. */
export async function createLogDatabase(mode: DatabaseMode): Promise<LogDatabase> {
  if (mode === "enforced") return { mode, ...(await createTestDatabase()) };
  const empty = await createEmptyDatabase();
  const user = `only_${randomBytes(6).toString("hex")}`;
  const admin = postgres(empty.urls.admin, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create role ${user} login password 'only' nocreaterole nosuperuser`);
  await admin.unsafe(`alter database ${empty.name} owner to ${user}`);
  await admin.end();
  const url = new URL(empty.urls.admin);
  url.username = user;
  url.password = "only";
  const urls = { admin: empty.urls.admin, app: url.href, sealer: url.href, maintenance: url.href };
  const roles = { owner: user, maintenance: user, app: user, sealer: user };
  const own = postgres(url.href, { max: 1, onnotice: () => {} });
  for (const extension of ["pg_trgm", "btree_gin", "pgcrypto"]) {
    await own.unsafe(`create extension if not exists ${extension}`);
  }
  await own.end();
  await migrate({ maintenanceUrl: url.href, roles, mode });
  return {
    mode,
    roles,
    urls,
    async drop() {
      await empty.drop();
      const server = postgres(withDatabase(empty.urls.admin, "postgres"), { max: 1, onnotice: () => {} });
      await server.unsafe(`drop role ${user}`);
      await server.end();
    },
  };
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}
