import "server-only";
import postgres from "postgres";
import type { DatabaseMode, DatabaseRoles } from "@/lib/platform/runtime";

export interface MaintenanceOptions {
  /** A login that may become the owning role (enforced) or owns everything (guard-rail). */
  maintenanceUrl: string;
  roles: Pick<DatabaseRoles, "owner">;
  mode: DatabaseMode;
}

/**
 * Runs work on one connection of the maintenance role, as the owner of the log.
 * @param lockTimeoutMs how long a statement waits for others; statements themselves have no deadline
 */
export async function asOwner<T>(
  options: MaintenanceOptions,
  session: { name: string; lockTimeoutMs: number },
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(options.maintenanceUrl, {
    max: 1,
    max_lifetime: null, // a fresh connection would have neither the role nor the session's locks
    onnotice: () => {},
    connect_timeout: 10,
    connection: {
      application_name: session.name,
      TimeZone: "UTC",
      statement_timeout: 0,
      lock_timeout: session.lockTimeoutMs,
    },
  });
  try {
    if (options.mode === "enforced") await sql`set role ${sql(options.roles.owner)}`.simple();
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
