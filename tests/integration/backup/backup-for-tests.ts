import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { parseEnv } from "@/lib/platform/env";
import type { DatabaseMode } from "@/lib/platform/runtime";
import { listSequences, listTables, listTriggers } from "../../../scripts/backup/catalog";
import { type Restored, restore } from "../../../scripts/backup/restore";
import { copyOut, copySettings } from "../../../scripts/backup/table-copy";
import { writeBackup } from "../../../scripts/backup/write-backup";
import { startEmbeddedPostgres } from "../../../scripts/serve/postgres/start-embedded";

export const product = (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;

/** A folder for backups and for restored instances, removed with their databases at the end. */
export interface Workshop {
  folder: string;
  /** A backup of the database of this address, under a name of its own. */
  backUp(url: string, options?: { mode?: DatabaseMode; role?: string }): Promise<string>;
  /** An instance's folder that does not exist yet. */
  newDataDir(): string;
  restore(file: string, dataDir: string, options?: { replace?: boolean }): Promise<Restored>;
  /** Runs work on the database that a data folder names, as its superuser. */
  onDatabase<T>(dataDir: string, work: (sql: postgres.Sql, url: string) => Promise<T>): Promise<T>;
  close(): void;
}

export function openWorkshop(): Workshop {
  const folder = mkdtempSync(path.join(tmpdir(), "gurulog-backup-"));
  const homes = new Set<string>();
  let number = 0;
  return {
    folder,
    async backUp(url, options = {}) {
      const file = path.join(folder, `backup-${++number}.tar.gz`);
      await writeBackup({ url, mode: options.mode ?? "enforced", role: options.role, product, file });
      return file;
    },
    newDataDir: () => path.join(folder, `data-${++number}`),
    async restore(file, dataDir, { replace = false } = {}) {
      const restored = await restore({
        file,
        dataDir,
        replace,
        env: parseEnv({}),
        productDir: path.resolve("."),
        product,
        log: () => {},
        unsafeFast: true,
      });
      homes.add(restored.home);
      return restored;
    },
    async onDatabase(dataDir, work) {
      const server = await startEmbeddedPostgres({ dataDir, log: () => {}, unsafeFast: true });
      homes.add(server.dataPath);
      const sql = postgres(server.superuserUrl, { max: 2, onnotice: () => {} });
      try {
        return await work(sql, server.superuserUrl);
      } finally {
        await sql.end({ timeout: 5 });
        await server.stop();
      }
    },
    close() {
      for (const home of homes) {
        rmSync(home, { recursive: true, force: true });
        rmSync(`${home}.log`, { force: true });
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every table's rows as text, in an order of their own, the sequences and the triggers. */
export async function contentOf(url: string): Promise<Record<string, string>> {
  const sql = postgres(url, { max: 1, prepare: false, onnotice: () => {}, connection: copySettings });
  try {
    const content: Record<string, string> = {};
    for (const table of await listTables(sql)) {
      const parts: Buffer[] = [];
      for await (const part of copyOut(sql, table)) parts.push(part);
      const rows = Buffer.concat(parts).toString("latin1").split("\n").sort();
      content[`${table.schema}.${table.name}`] = rows.join("\n");
    }
    content.sequences = JSON.stringify(await listSequences(sql));
    content.triggers = JSON.stringify(await listTriggers(sql));
    return content;
  } finally {
    await sql.end();
  }
}
