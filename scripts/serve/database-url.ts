import postgres from "postgres";
import { errorCode, StartError } from "./start-error";

/** The same address under another name: `postgres://user:password@host:port/database?options`. */
export function withCredentials(url: string, user: string, password: string): string {
  const parsed = new URL(url);
  parsed.username = encodeURIComponent(user);
  parsed.password = encodeURIComponent(password);
  return parsed.href;
}

/** User a URL signs in as; empty when it names none. */
export function userOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

/**
 * @param variable where the URL comes from, for the message.
 * @throws StartError when it is no usable `postgres://` URL. The message never repeats it: it holds a password.
 */
export function assertDatabaseUrl(url: string, variable: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isPostgres = parsed?.protocol === "postgres:" || parsed?.protocol === "postgresql:";
  if (isPostgres && parsed?.hostname) return;
  throw new StartError(`${variable} must look like postgres://user:password@host:5432/database.`);
}

/**
 * Runs work on one connection of its own.
 *
 * @param variable where the URL comes from, for the message.
 * @throws StartError when the server cannot be reached or refuses the sign-in; errors of the work pass through.
 */
export async function onDatabase<T>(
  url: string,
  variable: string,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    prepare: false,
    fetch_types: false,
    onnotice: () => {},
  });
  try {
    try {
      await sql`select 1`;
    } catch (error) {
      throw new StartError(explainConnection(error, url, variable), { cause: error });
    }
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function explainConnection(error: unknown, url: string, variable: string): string {
  const { hostname, port, pathname } = new URL(url);
  const server = `${hostname}:${port || 5432}`;
  const code = errorCode(error) ?? "unknown error";
  const database = decodeURIComponent(pathname.slice(1));
  switch (code) {
    case "ECONNREFUSED":
      return `No database answers at ${server}. Start it, or correct ${variable}.`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The host ${hostname} of ${variable} is not known. Correct ${variable}.`;
    case "CONNECT_TIMEOUT":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `The database at ${server} cannot be reached (${code}). Check the network, or correct ${variable}.`;
    case "28P01":
    case "28000":
      return `The database at ${server} refuses the user or password of ${variable}. Correct ${variable}.`;
    case "3D000":
      return `There is no database "${database}" at ${server}. Create it, or correct ${variable}.`;
    case "53300":
      return `The database at ${server} has no free connection. Raise its max_connections.`;
    default:
      return `The database at ${server} cannot be used (${code}). Check it, or correct ${variable}.`;
  }
}
