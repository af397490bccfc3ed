import { z } from "zod";

/**
 * A backup is a gzipped tar of plain files in a fixed order: `gurulog-backup.json` (which format), then for each table
 * in turn its rows as `data/<table>/<chunk>` in the text format of COPY, cut into chunks without regard to rows, and
 * last `manifest.json`, which is known only when everything has been read.
 */
export const formatName = "gurulog-backup/1";
export const headName = "gurulog-backup.json";
export const manifestName = "manifest.json";

export const chunkBytes = 1024 * 1024;
/** More than any entry that we write: a reader need not hold more in memory. */
export const largestEntryBytes = 32 * 1024 * 1024;

/** Name of a chunk; tables count from 0 in the order of the manifest. */
export function chunkName(table: number, chunk: number): string {
  return `data/${String(table).padStart(4, "0")}/${String(chunk).padStart(7, "0")}`;
}

const identifier = z.string().min(1).max(63);
const count = z.int().min(0);
/** Past 2^53, so as text. */
const bigCount = z.string().regex(/^-?\d{1,19}$/);
const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

const tableSchema = z.strictObject({
  schema: z.enum(["public", "pgboss"]),
  name: identifier,
  /** All but generated ones, in the order of the rows' fields. */
  columns: z.array(identifier).min(1),
  /** Set for a week of the log that is attached to it, and for a queue's part of the jobs. */
  partition: z
    .union([z.strictObject({ from: instant, to: instant }), z.strictObject({ queue: z.string() })])
    .nullable(),
  rows: count,
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const sequenceSchema = z.strictObject({
  schema: z.enum(["public", "pgboss"]),
  name: identifier,
  lastValue: bigCount,
  isCalled: z.boolean(),
});

export const headSchema = z.object({ format: z.string(), product: z.string() });

export const manifestSchema = z.strictObject({
  format: z.literal(formatName),
  /** Version of the product that wrote the backup. */
  product: z.string().max(100),
  createdAt: instant,
  /** `server_version`. */
  postgres: z.string().max(200),
  mode: z.enum(["enforced", "guard-rail"]),
  /** Names the keys without telling them; null for a database that was never started. */
  keysFingerprint: z.string().nullable(),
  /** Of `schema_migration`, in the order in which they were applied. */
  migrations: z.array(z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), at: bigCount })),
  tables: z.array(tableSchema).max(10_000),
  sequences: z.array(sequenceSchema).max(1_000),
  /** `schema.table.trigger`: what has to stand again after a restore. */
  triggers: z.array(z.string()).max(100_000),
  /** The newest checkpoint of each organization's log. */
  checkpoints: z.array(
    z.strictObject({ organization: z.int(), origin: z.string(), size: bigCount, note: z.string() }),
  ),
});

export type Manifest = z.output<typeof manifestSchema>;
export type TableEntry = z.output<typeof tableSchema>;
/** A table without its sums. */
export type TableShape = Pick<TableEntry, "schema" | "name" | "columns" | "partition">;
export type SequenceEntry = z.output<typeof sequenceSchema>;

/** A name as an SQL identifier. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function qualified({ schema, name }: { schema: string; name: string }): string {
  return `${quote(schema)}.${quote(name)}`;
}
