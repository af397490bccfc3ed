import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterEach, expect, inject, test } from "vitest";
import { type BootstrapResult, bootstrapRoles } from "../../../scripts/serve/bootstrap-roles";
import { quote, roleNames } from "../../../scripts/serve/create-roles";
import { withCredentials } from "../../../scripts/serve/database-url";
import { migrate } from "../../../scripts/serve/migrate";
import { createEmptyDatabase, type TestDatabase } from "../../support/postgres-for-tests";

const password = "a-password-of-the-operator";
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function onUrl<T>(url: string, work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** An empty database owned by a new user, as a hosting company gives one out. */
async function hostedDatabase(
  attributes: string,
): Promise<{ database: TestDatabase; url: string; user: string }> {
  const { adminUrl } = inject("testServer");
  const database = await createEmptyDatabase();
  const user = `operator_${database.name}`;
  await onUrl(adminUrl, async (sql) => {
    await sql.unsafe(`create role ${user} login ${attributes} password '${password}'`);
    await sql.unsafe(`alter database ${database.name} owner to ${user}`);
  });
  undo.push(async () => {
    await database.drop();
    await onUrl(adminUrl, async (sql) => {
      const names = [
        ...Object.values(roleNames(database.name)),
        ...(await preparedRoles(sql, database.name)),
        user,
      ];
      for (const name of names) await sql.unsafe(`drop role if exists ${quote(name)}`);
    });
  });
  return { database, user, url: withCredentials(database.urls.admin, user, password) };
}

async function preparedRoles(sql: postgres.Sql, database: string): Promise<string[]> {
  const rows = await sql<
    { name: string }[]
  >`select rolname as name from pg_roles where rolname like ${`%${database}`}`;
  return rows.map(({ name }) => name).filter((name) => !name.startsWith("operator_"));
}

function bootstrap(adminUrl: string, env: Record<string, string> = {}): Promise<BootstrapResult> {
  const random = () => randomBytes(24).toString("base64url");
  const rolePasswords = { app: random(), sealer: random(), maintenance: random() };
  return bootstrapRoles({ adminUrl, embedded: false, keys: { rolePasswords }, env, allowUnsafeFsync: true });
}

const migrateAs = ({ urls, roles, mode }: BootstrapResult) =>
  migrate({ maintenanceUrl: urls.maintenance, roles, mode });

test("a user who may create roles gets four, named after the database, and migrations run as the owner", async () => {
  const { database, url } = await hostedDatabase("createrole");
  const result = await bootstrap(url);
  expect(result.mode).toBe("enforced");
  expect(result.roles).toEqual(roleNames(database.name));
  await migrateAs(result);

  const owners = await onUrl(
    database.urls.admin,
    (sql) => sql`select distinct tableowner as name from pg_tables where schemaname = 'public'`,
  );
  expect(owners).toEqual([{ name: result.roles.owner }]);
  for (const login of ["app", "sealer"] as const) {
    const attempt = onUrl(result.urls[login], (sql) => sql`create table stolen (a int)`);
    await expect(attempt).rejects.toThrow(/permission denied for schema public/);
    const become = onUrl(result.urls[login], (sql) => sql.unsafe(`set role ${quote(result.roles.owner)}`));
    await expect(become).rejects.toThrow(/permission denied to set role/);
  }
});

test("starting again, also at the same moment, changes nothing that works", async () => {
  const { url } = await hostedDatabase("createrole");
  const keys = {
    rolePasswords: { app: "a".repeat(32), sealer: "b".repeat(32), maintenance: "c".repeat(32) },
  };
  const again = () => bootstrapRoles({ adminUrl: url, embedded: false, keys, allowUnsafeFsync: true });
  const results = await Promise.all([again(), again(), again()]);
  await migrateAs(await again());
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
});

test("a user who may not create roles owns everything: guard-rail, and migrations run", async () => {
  const { url, user } = await hostedDatabase("nocreaterole");
  const result = await bootstrap(url);
  expect(result.mode).toBe("guard-rail");
  expect(new Set(Object.values(result.roles))).toEqual(new Set([user]));
  expect(new Set(Object.values(result.urls))).toEqual(new Set([url]));
  await migrateAs(result);
});

test("tables made in guard-rail mode stay in it when the user may create roles later", async () => {
  const { url, user } = await hostedDatabase("nocreaterole");
  await migrateAs(await bootstrap(url));
  await onUrl(inject("testServer").adminUrl, (sql) => sql.unsafe(`alter role ${user} createrole`));
  expect((await bootstrap(url)).mode).toBe("guard-rail");
});

test("roles that an administrator prepared are used as they are, and enforced", async () => {
  const { database, url } = await hostedDatabase("createrole");
  const made = await bootstrap(url);
  const prepared = {
    DATABASE_MAINTENANCE_URL: made.urls.maintenance,
    DATABASE_SEALER_URL: made.urls.sealer,
  };
  const result = await bootstrap(made.urls.app, prepared);
  expect(result).toEqual({ mode: "enforced", roles: roleNames(database.name), urls: { ...made.urls } });
  await expect(bootstrap(made.urls.app, { ...prepared, DATABASE_SEALER_URL: made.urls.app })).rejects.toThrow(
    /must name three different users/,
  );
});

test("a database that would forget committed events is refused, naming the setting", async () => {
  const { database, url } = await hostedDatabase("createrole");
  const { adminUrl } = inject("testServer");
  await onUrl(adminUrl, (sql) => sql.unsafe(`alter database ${database.name} set synchronous_commit = off`));
  await expect(bootstrap(url)).rejects.toThrow(/synchronous_commit=off .*Set synchronous_commit to on/);
  await onUrl(adminUrl, (sql) => sql.unsafe(`alter database ${database.name} reset synchronous_commit`));
  const strict = bootstrapRoles({
    adminUrl: url,
    embedded: false,
    keys: { rolePasswords: { app: "", sealer: "", maintenance: "" } },
  });
  await expect(strict).rejects.toThrow(/fsync=off/); // the test server itself is one
});

test("a user without any right is told to become the owner", async () => {
  const { database, user } = await hostedDatabase("nocreaterole");
  await onUrl(database.urls.admin, (sql) => sql.unsafe(`alter database ${database.name} owner to postgres`));
  const url = withCredentials(database.urls.admin, user, password);
  await expect(bootstrap(url)).rejects.toThrow(
    `The user "${user}" of DATABASE_URL may neither create roles nor tables.`,
  );
});

test.each([
  [
    "a closed port",
    "postgres://u:secret-word@127.0.0.1:1/db",
    /No database answers at 127\.0\.0\.1:1\. .*DATABASE_URL/,
  ],
  [
    "an unknown host",
    "postgres://u:secret-word@nowhere.invalid/db",
    /host nowhere\.invalid of DATABASE_URL is not known/,
  ],
  ["another protocol", "mysql://u:secret-word@127.0.0.1/db", /^DATABASE_URL must look like postgres:\/\//],
  ["no URL", "secret-word", /^DATABASE_URL must look like postgres:\/\//],
])("%s is one line that names DATABASE_URL and not its password", async (_name, url, line) => {
  const message = await bootstrap(url).then(
    () => "it was accepted",
    (error: Error) => error.message,
  );
  expect(message).toMatch(line);
  expect(message).not.toContain("secret-word");
});

test("a wrong password and a missing database are told apart", async () => {
  const { database, url, user } = await hostedDatabase("nocreaterole");
  await expect(bootstrap(withCredentials(url, user, "wrong"))).rejects.toThrow(
    /refuses the user or password of DATABASE_URL/,
  );
  await expect(bootstrap(url.replace(`/${database.name}`, "/nowhere"))).rejects.toThrow(
    /There is no database "nowhere"/,
  );
});
