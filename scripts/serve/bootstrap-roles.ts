import type postgres from "postgres";
import type { DatabaseMode, DatabaseRoles, DatabaseUrls, Keys } from "@/lib/platform/runtime";
import {
  ensureExtensions,
  ensureRole,
  grantDatabase,
  grantOwnership,
  grantSchema,
  roleNames,
} from "./create-roles";
import { assertDurable } from "./database-checks";
import { assertDatabaseUrl, onDatabase, userOf, withCredentials } from "./database-url";
import { errorCode, StartError } from "./start-error";

interface BootstrapOptions {
  /** DATABASE_URL, or the embedded server's superuser. */
  readonly adminUrl: string;
  /** True for the server that comes with the product: the database and its roles are ours alone. */
  readonly embedded: boolean;
  readonly keys: Pick<Keys, "rolePasswords">;
  /** Name in the role names of an external server; by default the name of the database. */
  readonly databaseName?: string | undefined;
  readonly env?: {
    /** The same database without a pooler in between. */
    readonly DATABASE_DIRECT_URL?: string | undefined;
    readonly DATABASE_MAINTENANCE_URL?: string | undefined;
    readonly DATABASE_SEALER_URL?: string | undefined;
  };
  /** Tests only. */
  readonly allowUnsafeFsync?: boolean;
}

export interface BootstrapResult {
  readonly mode: DatabaseMode;
  readonly urls: DatabaseUrls;
  readonly roles: DatabaseRoles;
}

/**
 * Sees to the database roles. Where the user may create roles, four are made and `enforced` is answered: the
 * runtime role cannot change the log. Where it may not, one user owns everything (`guard-rail`), unless
 * DATABASE_MAINTENANCE_URL and DATABASE_SEALER_URL name roles that an administrator has prepared.
 *
 * @throws StartError when the database cannot be reached, is too old or unsafe, or lacks a right.
 */
export async function bootstrapRoles(options: BootstrapOptions): Promise<BootstrapResult> {
  const { env = {} } = options;
  const variable = options.embedded ? "the embedded database" : "DATABASE_URL";
  assertDatabaseUrl(options.adminUrl, variable);
  for (const name of ["DATABASE_DIRECT_URL", "DATABASE_MAINTENANCE_URL", "DATABASE_SEALER_URL"] as const) {
    const url = env[name];
    if (url) assertDatabaseUrl(url, name);
  }
  const direct = env.DATABASE_DIRECT_URL || options.adminUrl;
  const directVariable = env.DATABASE_DIRECT_URL ? "DATABASE_DIRECT_URL" : variable;
  const check = { allowUnsafeFsync: options.allowUnsafeFsync ?? false };

  const result = await onDatabase(direct, directVariable, async (sql) => {
    await assertDurable(sql, check);
    const facts = await readFacts(sql);
    if (facts.mayCreateRoles && !facts.ownsTables) return createAll(sql, options, direct, facts);
    if (env.DATABASE_MAINTENANCE_URL && env.DATABASE_SEALER_URL) {
      return withPreparedRoles(sql, options, direct, env.DATABASE_MAINTENANCE_URL, env.DATABASE_SEALER_URL);
    }
    if (!facts.mayCreateObjects) {
      throw new StartError(
        `The user "${facts.user}" of ${variable} may neither create roles nor tables. Make it the owner of the database.`,
      );
    }
    await ensureExtensions(sql);
    return guardRail(options.adminUrl, direct, facts.user);
  });
  if (result.mode === "enforced") {
    await onDatabase(result.urls.app, "the role of the application", (sql) => assertDurable(sql, check));
    await onDatabase(result.urls.sealer, "DATABASE_SEALER_URL", (sql) => assertDurable(sql, check));
    await onDatabase(result.urls.maintenance, "DATABASE_MAINTENANCE_URL", (sql) => assertDurable(sql, check));
  }
  return result;
}

interface Facts {
  readonly user: string;
  readonly database: string;
  readonly mayCreateRoles: boolean;
  readonly mayCreateObjects: boolean;
  /** An earlier start without the right to create roles made the tables: they stay with that user. */
  readonly ownsTables: boolean;
}

async function readFacts(sql: postgres.Sql): Promise<Facts> {
  const [row] = await sql<[Facts]>`
    select current_user as "user", current_database() as "database",
      (rolsuper or rolcreaterole)
        and has_database_privilege(current_database(), 'CREATE WITH GRANT OPTION') as "mayCreateRoles",
      has_schema_privilege('public', 'CREATE') as "mayCreateObjects",
      exists (select 1 from pg_class where relnamespace = 'public'::regnamespace
        and relname = 'audit_event' and relowner = pg_roles.oid) as "ownsTables"
    from pg_roles where rolname = current_user`;
  return row;
}

/** One instance at a time: two that alter the same role at once would fail on each other. */
async function createAll(
  sql: postgres.Sql,
  options: BootstrapOptions,
  direct: string,
  facts: Facts,
): Promise<BootstrapResult> {
  const { env = {} } = options;
  const standard = roleNames(options.embedded ? null : (options.databaseName ?? facts.database));
  const roles: DatabaseRoles = {
    ...standard,
    maintenance: env.DATABASE_MAINTENANCE_URL ? userOf(env.DATABASE_MAINTENANCE_URL) : standard.maintenance,
    sealer: env.DATABASE_SEALER_URL ? userOf(env.DATABASE_SEALER_URL) : standard.sealer,
  };
  const passwords = options.keys.rolePasswords;
  const work = sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('gurulog.roles'))`;
    await ensureRole(tx, roles.owner, null);
    if (!env.DATABASE_MAINTENANCE_URL) await ensureRole(tx, roles.maintenance, passwords.maintenance);
    if (!env.DATABASE_SEALER_URL) await ensureRole(tx, roles.sealer, passwords.sealer);
    await ensureRole(tx, roles.app, passwords.app);
    await grantOwnership(tx, roles);
    await grantDatabase(tx, roles, { database: facts.database, exclusive: options.embedded });
    await grantSchema(tx, roles);
    await ensureExtensions(tx);
  });
  await work.catch((error: unknown) => {
    if (errorCode(error) !== "42501") throw error;
    throw new StartError(
      `The user "${facts.user}" of DATABASE_URL may not change Gurulog's database roles, which another user made. Use that user.`,
      { cause: error },
    );
  });
  return {
    mode: "enforced",
    roles,
    urls: {
      app: withCredentials(options.adminUrl, roles.app, passwords.app),
      direct: withCredentials(direct, roles.app, passwords.app),
      sealer: env.DATABASE_SEALER_URL || withCredentials(direct, roles.sealer, passwords.sealer),
      maintenance:
        env.DATABASE_MAINTENANCE_URL || withCredentials(direct, roles.maintenance, passwords.maintenance),
    },
  };
}

/** DATABASE_URL is the runtime role's; the other two came with it. */
async function withPreparedRoles(
  sql: postgres.Sql,
  options: BootstrapOptions,
  direct: string,
  maintenanceUrl: string,
  sealerUrl: string,
): Promise<BootstrapResult> {
  const [app, maintenance, sealer] = [userOf(options.adminUrl), userOf(maintenanceUrl), userOf(sealerUrl)];
  if (new Set([app, maintenance, sealer]).size < 3) {
    throw new StartError(
      "DATABASE_URL, DATABASE_MAINTENANCE_URL and DATABASE_SEALER_URL must name three different users.",
    );
  }
  const owners = await sql<{ name: string; reachable: boolean }[]>`
    select o.rolname as name, pg_has_role(${app}, o.oid, 'member') or pg_has_role(${sealer}, o.oid, 'member') as reachable
    from pg_roles o where not o.rolcanlogin and o.rolname like 'gurulog\_owner%'
      and pg_has_role(${maintenance}, o.oid, 'member')
      and has_database_privilege(o.oid, current_database(), 'CREATE')`;
  const [owner] = owners;
  if (owner === undefined || owners.length > 1 || owner.reachable) {
    throw new StartError(
      `"${maintenance}" of DATABASE_MAINTENANCE_URL, and no other, must be a member of one NOLOGIN role named gurulog_owner… that may create in this database.`,
    );
  }
  await onDatabase(maintenanceUrl, "DATABASE_MAINTENANCE_URL", ensureExtensions);
  return {
    mode: "enforced",
    roles: { owner: owner.name, maintenance, app, sealer },
    urls: { app: options.adminUrl, direct, sealer: sealerUrl, maintenance: maintenanceUrl },
  };
}

function guardRail(adminUrl: string, direct: string, user: string): BootstrapResult {
  return {
    mode: "guard-rail",
    roles: { owner: user, maintenance: user, app: user, sealer: user },
    urls: { app: adminUrl, direct, sealer: direct, maintenance: direct },
  };
}
