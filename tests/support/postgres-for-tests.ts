import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import type { DatabaseRoles } from "@/lib/platform/runtime";
import { grantDatabase } from "../../scripts/serve/create-roles";
import { withCredentials } from "../../scripts/serve/database-url";
import "./test-server";

export interface TestDatabase {
  readonly name: string;
  /** `admin` is the server's superuser: for looking behind the product's back, never for the product's own work. */
  readonly urls: { admin: string; app: string; sealer: string; maintenance: string };
  readonly roles: DatabaseRoles;
  /** Ends every connection to it and deletes it. */
  drop(): Promise<void>;
}

/** A migrated database of its own, with the four roles as on the embedded server (mode `enforced`). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { template } = inject("testServer");
  return createCopy(template);
}

/** A database with nothing in it, for tests of the first start itself. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createCopy("template0");
}

async function createCopy(template: string): Promise<TestDatabase> {
  const { adminUrl, roles, rolePasswords } = inject("testServer");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await asAdmin(adminUrl, async (sql) => {
    await sql`create database ${sql(name)} template ${sql(template)}`;
    if (template !== "template0") await grantDatabase(sql, roles, { database: name, exclusive: true });
  });
  const admin = onDatabaseNamed(adminUrl, name);
  return {
    name,
    roles,
    urls: {
      admin,
      app: withCredentials(admin, roles.app, rolePasswords.app),
      sealer: withCredentials(admin, roles.sealer, rolePasswords.sealer),
      maintenance: withCredentials(admin, roles.maintenance, rolePasswords.maintenance),
    },
    drop: () => asAdmin(adminUrl, (sql) => sql`drop database if exists ${sql(name)} with (force)`),
  };
}

async function asAdmin(url: string, work: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function onDatabaseNamed(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}
