import { createReadStream, type Stats, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { errorCode, StartError } from "../serve/start-error";
import {
  chunkName,
  formatName,
  headName,
  headSchema,
  largestEntryBytes,
  type Manifest,
  manifestName,
  manifestSchema,
} from "./format";
import { sameSum, TableSum } from "./table-sum";
import { readTar, refuseFile, type TarFile } from "./tar-reader";

/** A piece of a table's rows; tables come in the order of the manifest, and a table without rows has no piece. */
export interface Chunk {
  table: number;
  content: Buffer;
}

/**
 * Reads a whole backup and checks every byte of it against its manifest, without touching anything else.
 * @throws StartError in one line: not a backup, of a newer version, cut short, altered
 */
export async function checkBackup(file: string): Promise<Manifest> {
  const sums: TableSum[] = [];
  const chunks = readChunks(file);
  for (;;) {
    const next = await chunks.next();
    if (next.done) {
      const manifest = next.value;
      assertSums(manifest, sums);
      return manifest;
    }
    const { table, content } = next.value;
    while (sums.length <= table) sums.push(new TableSum());
    sums[table]?.add(content);
  }
}

function assertSums(manifest: Manifest, sums: TableSum[]): void {
  if (sums.length > manifest.tables.length) refuseFile("it holds rows of a table that it does not name");
  for (const [index, table] of manifest.tables.entries()) {
    const sum = (sums[index] ?? new TableSum()).end();
    if (!sameSum(sum, table))
      refuseFile(`the rows of ${table.schema}.${table.name} are not those that were backed up`);
  }
}

/** The rows, piece by piece, and at the end the manifest. Order and names are checked, sums are not. */
export async function* readChunks(file: string): AsyncGenerator<Chunk, Manifest, undefined> {
  const entries = readTar(inflate(file), largestEntryBytes);
  assertHead((await entries.next()).value ?? undefined);
  let table = 0;
  let chunk = 0;
  for await (const { name, content } of entries) {
    if (name === manifestName) {
      const manifest = parseManifest(content);
      for await (const { name: more } of entries) refuseFile(`"${printable(more)}" follows its manifest`);
      return manifest;
    }
    if (name !== chunkName(table, chunk)) {
      const number = /^data\/(\d{4})\/0{7}$/.exec(name)?.[1];
      if (number === undefined || Number(number) <= table)
        refuseFile(`"${printable(name)}" does not belong into it`);
      table = Number(number);
      chunk = 0;
    }
    chunk += 1;
    yield { table, content };
  }
  return refuseFile("its manifest is missing");
}

function assertHead(entry: TarFile | undefined): void {
  if (entry?.name !== headName) refuseFile("it was not made by Gurulog");
  const head = headSchema.safeParse(parseJson(entry.content));
  if (!head.success) refuseFile("it was not made by Gurulog");
  const { format, product } = head.data;
  if (format === formatName) return;
  refuseFile(
    `its format is "${printable(format)}", of Gurulog ${printable(product)}. Restore it with that version`,
  );
}

function parseManifest(content: Buffer): Manifest {
  const manifest = manifestSchema.safeParse(parseJson(content));
  if (manifest.success) return manifest.data;
  const at = manifest.error.issues[0]?.path.join(".") ?? "";
  return refuseFile(`its manifest is not understood (${printable(at)})`);
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuseFile("it is damaged");
  }
}

/** What stands in a file is not printed as it is: it could steer a terminal. */
function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/g, "?");
}

async function* inflate(file: string): AsyncGenerator<Buffer> {
  const { size } = statFile(file);
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const bytes of gunzip) yield bytes as Buffer;
  } catch (error) {
    const code = errorCode(error);
    if (code === "Z_BUF_ERROR") refuseFile("it is cut short");
    if (code?.startsWith("Z_")) refuseFile("it is damaged, or not a backup of Gurulog");
    throw error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (gunzip.bytesWritten !== size) refuseFile("something follows its end");
}

function statFile(file: string): Stats {
  let found: Stats;
  try {
    found = statSync(file);
  } catch (error) {
    throw new StartError(
      `${file} cannot be read (${errorCode(error) ?? "unknown error"}). Name the file of a backup.`,
      {
        cause: error,
      },
    );
  }
  if (!found.isFile()) throw new StartError(`${file} is no file. Name the file of a backup.`);
  return found;
}
