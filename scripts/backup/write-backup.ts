import type postgres from "postgres";
import type { DatabaseMode } from "@/lib/platform/runtime";
import { StartError } from "../serve/start-error";
import { type BackupFile, createBackupFile } from "./backup-file";
import { listSequences, listTriggers, readFacts } from "./catalog";
import {
  chunkBytes,
  chunkName,
  formatName,
  headName,
  type Manifest,
  manifestName,
  type TableEntry,
  type TableShape,
} from "./format";
import { onSnapshot } from "./snapshot";
import { copyOut } from "./table-copy";
import { TableSum } from "./table-sum";

export interface Progress {
  /** Tables done, of how many. */
  tables: number;
  of: number;
  rows: number;
  bytes: number;
}

interface BackupOptions {
  /** A login that may read every table, and the role to become first where it needs one. */
  readonly url: string;
  readonly role?: string | undefined;
  readonly mode: DatabaseMode;
  /** Version of the product. */
  readonly product: string;
  readonly file: string;
  /** Called for each chunk. */
  readonly onProgress?: (progress: Progress) => void;
  /** Hands over the way to remove what is unfinished, for a process that is told to stop. */
  readonly onBegun?: (abandon: () => void) => void;
  /** How long to wait for tables that others hold. */
  readonly patienceMs?: number;
}

/**
 * Writes one state of the whole database into a file, while the product runs or not.
 * @returns the manifest and the size of the file in bytes
 * @throws StartError in one line: the file exists, no space, the tables cannot be had. No file is left then.
 */
export async function writeBackup(
  options: BackupOptions,
): Promise<{ manifest: Manifest; fileBytes: number }> {
  const file = createBackupFile(options.file);
  options.onBegun?.(() => file.abandon());
  try {
    await file.add(headName, json({ format: formatName, product: options.product }));
    const manifest = await onSnapshot(options, (sql, tables) => addAll(sql, tables, file, options));
    await file.add(manifestName, json(manifest));
    return { manifest, fileBytes: await file.finish() };
  } finally {
    file.abandon(); // nothing, once it is finished
  }
}

async function addAll(
  sql: postgres.ISql,
  shapes: TableShape[],
  file: BackupFile,
  options: BackupOptions,
): Promise<Manifest> {
  if (!shapes.some(({ schema, name }) => schema === "public" && name === "audit_config"))
    throw new StartError("The database holds nothing of Gurulog yet. Start it once, then back it up.");
  const facts = await readFacts(sql);
  const triggers = await listTriggers(sql);
  // Not part of the snapshot: at least as far as what it sees, which is what counts.
  const sequences = await listSequences(sql);
  const tables: TableEntry[] = [];
  const progress: Progress = { tables: 0, of: shapes.length, rows: 0, bytes: 0 };
  for (const [index, shape] of shapes.entries()) {
    const entry = await addTable(sql, shape, index, file, (bytes) => {
      progress.bytes += bytes;
      options.onProgress?.(progress);
    });
    tables.push(entry);
    progress.tables += 1;
    progress.rows += entry.rows;
  }
  const { product, mode } = options;
  return { format: formatName, product, mode, ...facts, tables, sequences, triggers };
}

async function addTable(
  sql: postgres.ISql,
  shape: TableShape,
  index: number,
  file: BackupFile,
  onChunk: (bytes: number) => void,
): Promise<TableEntry> {
  const sum = new TableSum();
  let chunk = 0;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = async (): Promise<void> => {
    const content = Buffer.concat(pending, pendingBytes);
    pending = [];
    pendingBytes = 0;
    // A value of many megabytes comes in one piece.
    for (let at = 0; at < content.length; at += chunkBytes) {
      const part = content.subarray(at, at + chunkBytes);
      sum.add(part);
      await file.add(chunkName(index, chunk), part);
      chunk += 1;
      onChunk(part.length);
    }
  };
  for await (const bytes of copyOut(sql, shape)) {
    pending.push(bytes);
    pendingBytes += bytes.length;
    if (pendingBytes >= chunkBytes) await flush();
  }
  await flush();
  return { ...shape, ...sum.end() };
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
}
