/**
 * A process of its own that starts the embedded Postgres, to be killed by tests.
 * Arguments: the data folder. Tells what it started as one line of JSON, then every later line of its log.
 */
import { startEmbeddedPostgres } from "../../scripts/serve/postgres/start-embedded";
import { handleShutdown } from "../../scripts/serve/shutdown";

const tell = (message: object): void => console.log(JSON.stringify(message));
const log = (line: string): void => tell({ log: line });

const shutdown = handleShutdown(log);
try {
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? "", log, unsafeFast: true });
  shutdown.add("first", async () => log("first"));
  shutdown.add("database", () => server.stop(), 60_000);
  shutdown.add("last", async () => log("last"));
  const { port, adopted, superuserUrl, dataPath } = server;
  tell({ port, adopted, superuserUrl, dataPath });
  setInterval(() => {}, 60_000); // stays until it is ended
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
