import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { errorCode, StartError } from "../start-error";

/** URL of the superuser; the address is always this machine's loopback. */
export function superuserUrl(port: number, password: string, database: string): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Runs one piece of work on a connection of its own. */
export async function withConnection<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    idle_timeout: 5,
    onnotice: () => {},
    prepare: false,
    fetch_types: false,
  });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

type Answer = "ready" | "not yet" | "wrong password" | "another cluster";

/** Asks once whether the server takes connections, and whether it is the server of this cluster. */
async function askReady(port: number, password: string, cluster: string): Promise<Answer> {
  try {
    const folder = await withConnection(superuserUrl(port, password, "postgres"), async (sql) => {
      const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
      return row?.folder;
    });
    return folder === cluster ? "ready" : "another cluster";
  } catch (error) {
    const code = errorCode(error);
    if (code === "28P01" || code === "28000") return "wrong password";
    // 57P03: starting, recovering or stopping; the rest: nobody listens yet.
    const waits = [
      "57P03",
      "ECONNREFUSED",
      "ECONNRESET",
      "CONNECTION_CLOSED",
      "CONNECTION_ENDED",
      "CONNECT_TIMEOUT",
    ];
    if (code !== undefined && waits.includes(code)) return "not yet";
    throw error;
  }
}

/**
 * Waits until the server takes connections. Recovery after a crash may take long, so there is no deadline while the
 * server lives; a line every ten seconds says what is waited for.
 *
 * @param isRunning tells whether the server process still lives.
 * @returns false when it ended before it was ready.
 */
export async function waitUntilReady(options: {
  port: number;
  password: string;
  cluster: string;
  isRunning: () => boolean;
  log: (line: string) => void;
}): Promise<boolean> {
  const begun = Date.now();
  let reportedMs = 0;
  while (options.isRunning()) {
    const answer = await askReady(options.port, options.password, options.cluster);
    if (answer === "ready") return true;
    if (answer === "wrong password") {
      throw new StartError(
        `The database in ${options.cluster} has another password than the one in postgres.json.`,
      );
    }
    if (answer === "another cluster") return false; // that server took the port between our look and our start
    const waitedMs = Date.now() - begun;
    if (waitedMs - reportedMs >= 10_000) {
      reportedMs = waitedMs;
      options.log(`Waiting for the database to recover… ${Math.round(waitedMs / 1000)} s`);
    }
    await delay(50);
  }
  return false;
}
