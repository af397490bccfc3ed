/**
 * A process of its own that backs up or restores, to be killed by tests.
 * Arguments: `backup` or `restore`, the data folder, the file. Tells what it does as lines of JSON.
 */
import path from "node:path";
import { parseEnv } from "@/lib/platform/env";
import { restore } from "../../scripts/backup/restore";
import { writeBackup } from "../../scripts/backup/write-backup";
import { startEmbeddedPostgres } from "../../scripts/serve/postgres/start-embedded";

const [, , what, dataDir = "", file = ""] = process.argv;
const tell = (message: object): void => console.log(JSON.stringify(message));
const log = (line: string): void => tell({ log: line });

try {
  if (what === "backup") {
    const server = await startEmbeddedPostgres({ dataDir, log, joinRunning: true, unsafeFast: true });
    const onProgress = ({ rows }: { rows: number }): void => tell({ rows });
    await writeBackup({ url: server.superuserUrl, mode: "enforced", product: "0.1.0", file, onProgress });
    await server.stop();
  } else {
    const productDir = path.resolve(".");
    const onProgress = (step: string): void => tell({ log: step });
    const common = { productDir, product: "0.1.0", env: parseEnv({}), log, onProgress, unsafeFast: true };
    await restore({ ...common, file, dataDir, replace: true });
  }
  tell({ done: true });
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
