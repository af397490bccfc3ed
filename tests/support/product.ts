import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import type { ApiKeyPrincipal, OrgRole, RequestFacts, UserPrincipal } from "@/lib/access/principal";
import { closePools, db, schema } from "@/lib/db/client";
import { type Env, parseEnv } from "@/lib/platform/env";
import { type Runtime, setRuntime } from "@/lib/platform/runtime";
import { createTestDatabase, type TestDatabase } from "./postgres-for-tests";

export interface TestProduct {
  database: TestDatabase;
  runtime: Runtime;
  /** The server's superuser, to look behind the product's back. */
  admin: postgres.Sql;
  /** An account with a membership (or none), by fixture. */
  person(email: string, role?: OrgRole | null): Promise<UserPrincipal>;
  /** Events of the log in the order in which they were recorded, as rows. */
  events(action?: string): Promise<EventRow[]>;
  close(): Promise<void>;
}

export interface EventRow {
  id: string;
  action: string;
  operation: string;
  action_type: string;
  model: string;
  outcome: string;
  actor_type: string;
  actor_id: string;
  actor_email: string | null;
  account_id: string | null;
  ip: string | null;
  guru_id: string | null;
  guru_slug: string | null;
  target_type: string;
  target_id: string;
  target_label: string;
  metadata: Record<string, string> | null;
  changes: { field: string; before: unknown; after: unknown }[];
  details: Record<string, unknown>;
  cause: string | null;
}

export const testRequest: RequestFacts = {
  ip: "203.0.113.7",
  userAgent: "test browser",
  requestId: "00000000-0000-4000-8000-000000000001",
};

/** A product on a database of its own: the runtime set, the organization named. */
export async function createTestProduct(env: Record<string, string> = {}): Promise<TestProduct> {
  const database = await createTestDatabase();
  // Tests ask faster than people do; that they are held back is tested where it is the matter.
  const parsed: Env = parseEnv({ GURULOG_ANSWERS_PER_MINUTE: "0", ...env });
  const made: Runtime = {
    env: parsed,
    keys: testKeys(),
    urls: {
      app: database.urls.app,
      sealer: database.urls.sealer,
      maintenance: database.urls.maintenance,
      direct: database.urls.app,
    },
    roles: database.roles,
    mode: "enforced",
    instanceId: "test",
    baseUrl: parsed.GURULOG_URL ?? "http://localhost:3000",
    version: "0.1.0",
    dataDir: mkdtempSync(path.join(tmpdir(), "gurulog-data-")),
  };
  setRuntime(made);
  const admin = postgres(database.urls.admin, { max: 2, onnotice: () => {} });
  await admin`update organization set name = 'Halden Works' where id = 1`;
  return {
    database,
    runtime: made,
    admin,
    person: (email, role = "member") => person(email, role),
    events: async (action) =>
      (await admin`
        select *, host(ip) as ip from audit_event
        where ${action ?? null}::text is null or action = ${action ?? null} order by seq`) as unknown as EventRow[],
    async close() {
      await closePools();
      await admin.end();
      await database.drop();
      rmSync(made.dataDir, { recursive: true, force: true });
    },
  };
}

function testKeys(): Runtime["keys"] {
  const { privateKey } = generateKeyPairSync("ed25519");
  return {
    sessionSecret: randomBytes(32).toString("hex"),
    encryptionKeys: [{ id: "test", key: randomBytes(32) }],
    apiKeyPepper: randomBytes(32).toString("hex"),
    sealingKeys: [privateKey.export({ format: "der", type: "pkcs8" }).toString("base64")],
    rolePasswords: { app: "", sealer: "", maintenance: "" },
    setupToken: "test-setup-token-0000",
  };
}

async function person(email: string, role: OrgRole | null): Promise<UserPrincipal> {
  const [made] = await db()
    .insert(schema.account)
    .values({ email, emailKey: email.toLowerCase(), name: email.split("@")[0] ?? email })
    .returning();
  if (!made) throw new Error("no account made");
  if (role) await db().insert(schema.membership).values({ orgId: 1, accountId: made.id, role });
  return {
    kind: "user",
    accountId: made.id,
    email,
    name: made.name,
    orgId: 1,
    role,
    sessionHash: randomBytes(32).toString("hex"),
    mustChangePassword: false,
    mustEnrolFactor: false,
    timeZone: "UTC",
  };
}

/** The same person by an API key (which need not exist: the gate takes principals, not keys). */
export function byKey(user: UserPrincipal, scopes: ApiKeyPrincipal["scopes"] = []): ApiKeyPrincipal {
  return {
    kind: "api_key",
    keyId: "11111111-1111-7111-8111-111111111111",
    keyName: "ci",
    scopes,
    accountId: user.accountId,
    email: user.email,
    orgId: 1,
    role: user.role,
  };
}

/** Makes every insert into the log fail, as a full disk would, until the returned function is called. */
export async function breakTheLog(product: TestProduct): Promise<() => Promise<void>> {
  await product.admin.unsafe(`
    create function test_break_log() returns trigger language plpgsql as $$ begin raise exception 'the log is broken for a test'; end $$;
    create trigger test_break_log before insert on audit_event for each row execute function test_break_log();`);
  return async () => {
    await product.admin.unsafe("drop trigger test_break_log on audit_event; drop function test_break_log()");
  };
}

/** Rows of a table, to show that nothing was changed. */
export async function countOf(table: string): Promise<number> {
  const [row] = await db().execute<{ n: number }>(
    sql`select count(*)::int as n from ${sql.raw(`"${table}"`)}`,
  );
  return row?.n ?? 0;
}
