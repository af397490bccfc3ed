import path from "node:path";
import { StartError } from "../start-error";
import { ensureCluster } from "./cluster";
import { claimDataFolder, findOwner } from "./owner";
import { preparePlace } from "./place";
import { findPostmaster } from "./postmaster";
import { superuserUrl, waitUntilReady, withConnection } from "./readiness";
import { clearUnfinished } from "./restore-place";
import { runServer } from "./server";
import { rememberCluster } from "./stored-place";

/** Name of the embedded database. */
export const databaseName = "gurulog";

export interface EmbeddedPostgres {
  /** Superuser, loopback TCP, database `gurulog`. Only the launcher holds it. */
  readonly superuserUrl: string;
  readonly port: number;
  /** Folder of the cluster and, as a normal user, its log; outside the data folder when started as root. */
  readonly dataPath: string;
  /** True when the server of an earlier, killed process was taken over. */
  readonly adopted: boolean;
  /** True when another running process owns the server (`joinRunning`); `stop` then leaves it alone. */
  readonly joined: boolean;
  stop(): Promise<void>;
}

interface EmbeddedOptions {
  /** GURULOG_DATA_DIR. */
  readonly dataDir: string;
  /** Receives short lines for the operator. */
  readonly log: (line: string) => void;
  /** Use the server of another running process of ours instead of refusing (demo, worker). */
  readonly joinRunning?: boolean;
  /** Tests only: trades durability for speed. */
  readonly unsafeFast?: boolean;
}

/**
 * Starts the real Postgres that comes with the product, or takes over the one that a killed process left running.
 *
 * @throws StartError when there is no Postgres for this platform, the data folder is in use or unusable, or its
 * cluster is of another major version.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  if (options.joinRunning && findOwner(dataDir) !== undefined) return join(dataDir, options.log);

  const place = preparePlace(dataDir);
  const release = claimDataFolder(dataDir);
  try {
    if (place.account !== null) {
      options.log(
        `Running as root, so Postgres runs as ${place.account.name} with its data in ${place.home}.`,
      );
    }
    await clearUnfinished(dataDir);
    await ensureCluster(place, { sync: !options.unsafeFast });
    rememberCluster(dataDir);
    const settings: Record<string, string> = options.unsafeFast
      ? { fsync: "off", full_page_writes: "off" }
      : {};
    const server = await runServer(place, { settings, log: options.log });
    await ensureDatabase(superuserUrl(server.port, place.password, "postgres"));
    return {
      superuserUrl: superuserUrl(server.port, place.password, databaseName),
      port: server.port,
      dataPath: place.home,
      adopted: server.adopted,
      joined: false,
      async stop() {
        await server.stop();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function join(dataDir: string, log: (line: string) => void): Promise<EmbeddedPostgres> {
  const place = preparePlace(dataDir);
  const found = findPostmaster(place.cluster);
  const ready =
    found !== undefined &&
    (await waitUntilReady({
      port: found.port,
      password: place.password,
      cluster: place.cluster,
      isRunning: () => findPostmaster(place.cluster)?.pid === found.pid,
      log,
    }));
  if (!ready)
    throw new StartError(`The database of ${dataDir} is starting or stopping. Try again in a moment.`);
  return {
    superuserUrl: superuserUrl(found.port, place.password, databaseName),
    port: found.port,
    dataPath: place.home,
    adopted: false,
    joined: true,
    stop: async () => {},
  };
}

/** @param url superuser, database `postgres` */
export async function ensureDatabase(url: string): Promise<void> {
  await withConnection(url, async (sql) => {
    const rows = await sql`select 1 from pg_database where datname = ${databaseName}`;
    if (rows.length === 0) await sql`create database ${sql(databaseName)}`;
  });
}
