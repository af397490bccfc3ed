import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type postgres from "postgres";
import type { DatabaseRoles } from "@/lib/platform/runtime";
import { StartError } from "./start-error";

/** A connection, inside a transaction or not. */
type Queryable = postgres.ISql;

const longestName = 63;

/**
 * Names of the roles. Roles belong to the whole server, so on one that is not ours they carry the database's name.
 *
 * @param database null for the embedded server, which holds nothing else.
 */
export function roleNames(database: string | null): DatabaseRoles {
  const name = (role: string): string => {
    const full = database === null ? `gurulog_${role}` : `gurulog_${role}_${database}`;
    if (Buffer.byteLength(full) <= longestName) return full;
    // Postgres would cut longer names silently, and two databases could end up with the same roles.
    const hash = createHash("sha256").update(full).digest("hex").slice(0, 16);
    return `gurulog_${role}_${hash}`;
  };
  return { owner: name("owner"), maintenance: name("maintenance"), app: name("app"), sealer: name("sealer") };
}

/** Makes the role when it is missing and sees to it that it has exactly the attributes that the product needs. */
export async function ensureRole(sql: Queryable, name: string, password: string | null): Promise<void> {
  const [found] = await sql<{ superuser: boolean; createrole: boolean; bypass: boolean }[]>`
    select rolsuper as superuser, rolcreaterole as createrole, rolbypassrls as bypass
    from pg_roles where rolname = ${name}`;
  if (found?.superuser || found?.createrole || found?.bypass) {
    throw new StartError(
      `The database role "${name}" has more rights than Gurulog's roles may have. Drop or rename it.`,
    );
  }
  const login = password === null ? "nologin" : `login password '${scramVerifier(password)}'`;
  if (found === undefined) await sql.unsafe(`create role ${quote(name)} ${login}`);
  else await sql.unsafe(`alter role ${quote(name)} ${login}`);
}

/** Lets maintenance act as the owner. From Postgres 16 on membership has options, and both are needed. */
export async function grantOwnership(sql: Queryable, roles: DatabaseRoles): Promise<void> {
  const [row] = await sql<
    { version: number }[]
  >`select current_setting('server_version_num')::int as version`;
  const options = (row?.version ?? 0) >= 160_000 ? " with inherit true, set true" : "";
  await sql.unsafe(`grant ${quote(roles.owner)} to ${quote(roles.maintenance)}${options}`);
}

/** Rights on the database itself. `CREATE DATABASE … TEMPLATE` does not copy them. */
export async function grantDatabase(
  sql: Queryable,
  roles: DatabaseRoles,
  options: { database: string; exclusive: boolean },
): Promise<void> {
  const database = quote(options.database);
  if (options.exclusive) {
    // Without temporary tables a runtime role cannot put a table of its own before ours on the search path.
    await sql.unsafe(`revoke all on database ${database} from public`);
  }
  await sql.unsafe(`grant connect, create, temporary on database ${database} to ${quote(roles.owner)}`);
  const logins = [roles.maintenance, roles.app, roles.sealer].map(quote).join(", ");
  await sql.unsafe(`grant connect on database ${database} to ${logins}`);
}

/** Rights on the schema `public`: the owner makes objects in it, and no one else. */
export async function grantSchema(sql: Queryable, roles: DatabaseRoles): Promise<void> {
  await sql.unsafe("revoke create on schema public from public");
  await sql.unsafe(`grant usage, create on schema public to ${quote(roles.owner)}`);
  await sql.unsafe(`grant usage on schema public to ${quote(roles.app)}, ${quote(roles.sealer)}`);
  const [row] = await sql<{ owner: boolean; app: boolean }[]>`
    select has_schema_privilege(${roles.owner}, 'public', 'create') as owner,
      has_schema_privilege(${roles.app}, 'public', 'create') as app`;
  if (!row?.owner) {
    throw new StartError(
      "The user of DATABASE_URL may not grant rights on the schema public. Make it the owner of the database.",
    );
  }
  if (row.app)
    throw new StartError(
      "Everyone may create objects in the schema public. Revoke CREATE on it from PUBLIC.",
    );
}

/** @throws StartError naming the extension that the server lacks or the user may not create. */
export async function ensureExtensions(sql: Queryable): Promise<void> {
  const wanted = ["pg_trgm", "btree_gin", "pgcrypto"];
  const rows = await sql<{ name: string }[]>`select extname as name from pg_extension`;
  const present = new Set(rows.map(({ name }) => name));
  for (const name of wanted.filter((extension) => !present.has(extension))) {
    try {
      await sql.unsafe(`create extension if not exists ${name}`);
    } catch (error) {
      throw new StartError(
        `The database lacks the extension ${name}, and the user of DATABASE_URL cannot create it. Run: CREATE EXTENSION ${name};`,
        { cause: error },
      );
    }
  }
}

/** A name as an SQL identifier. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * What Postgres stores for a password (RFC 5803, RFC 7677: SCRAM-SHA-256). Sent in place of the password, so that
 * the plain one never reaches the server's log. Our passwords are ASCII, for which SASLprep changes nothing.
 */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
