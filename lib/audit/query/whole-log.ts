import "server-only";
import { sql } from "@/lib/db/client";
import { type CopyStream, copyRows, openCopy } from "./copy-stream";
import { defaultRecordSql, fullRecordSql } from "./record-sql";
import { arrayAnswer, lines, recordStream } from "./record-stream";
import { newestFirst } from "./row";
import { SealedSequences } from "./sealed-sequences";
import { type Compiled, literalSql } from "./where";

/**
 * JSON text of every matching event in the ten keys, newest first, a row an event.
 * @param where a condition without parameters (`literalSql`)
 */
export function defaultRecordsSelect(where: string): string {
  return `select ${defaultRecordSql} from audit_event e where ${where} order by ${newestFirst}`;
}

/**
 * The same in the full view. The sealed index is null: `recordStream` fills it.
 * @param where a condition without parameters (`literalSql`)
 */
export function fullRecordsSelect(where: string): string {
  return `select ${fullRecordSql} from audit_event e where ${where} order by ${newestFirst}`;
}

interface WholeLogOptions {
  orgId: number;
  where: Compiled;
  view: "default" | "full";
  /** One record a line in place of an array. */
  isLines: boolean;
  /** Who reads: one whole read at a time by each, over all instances. */
  reader: string;
  /** Runs after the snapshot is taken and before the first byte. */
  afterSnapshot: () => Promise<void>;
}

/**
 * Every matching event as JSON, streamed.
 * @returns null when the reader is reading the whole log already
 * @throws what the database or `afterSnapshot` throws; no byte has left then
 */
export async function openWholeLog(options: WholeLogOptions): Promise<CopyStream | null> {
  const { orgId, view, isLines } = options;
  const where = await literalSql(sql(), options.where);
  let size = 0;
  try {
    const copy = await openCopy({
      copySql: copyRows(view === "full" ? fullRecordsSelect(where) : defaultRecordsSelect(where)),
      async snapshotWork(tx) {
        const [found] = await tx<{ held: boolean; size: number }[]>`
          select pg_try_advisory_xact_lock(hashtextextended(${`gurulog.whole-log ${options.reader}`}, 0)) as held,
            coalesce((select size from audit_head where org_id = ${orgId}), 0)::float8 as size`;
        if (!found?.held) throw new ReaderBusy();
        size = found.size;
        await options.afterSnapshot();
      },
    });
    const sequences = view === "full" ? new SealedSequences(sql(), orgId, size) : null;
    return { ...copy, stream: answerOf(copy, isLines, sequences) };
  } catch (error) {
    if (error instanceof ReaderBusy) return null;
    throw error;
  }
}

class ReaderBusy extends Error {
  override readonly name = "ReaderBusy";
}

function answerOf(
  { stream, abort }: CopyStream,
  isLines: boolean,
  sequences: SealedSequences | null,
): ReadableStream<Uint8Array> {
  // Lines in the default view are the rows as they come.
  if (isLines && !sequences) return stream;
  const parts = recordStream(stream, isLines ? lines : arrayAnswer, { sequences })[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await parts.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          abort();
          throw error;
        }
      },
      cancel: abort,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 1 }),
  );
}
