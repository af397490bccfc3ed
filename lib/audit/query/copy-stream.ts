import "server-only";
import type { Readable } from "node:stream";
import postgres from "postgres";
import { sql as pool } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";
import { runtime } from "@/lib/platform/runtime";

/** Changes the bytes on their way out; both must answer at once. */
export interface CopyTransform {
  chunk(bytes: Buffer): Buffer;
  /** What follows the last row. */
  end(): Buffer;
}

interface CopyOptions {
  /**
   * A whole `COPY (SELECT ...) TO STDOUT` statement, see `copyRows`. Without parameters: COPY takes none, so values are
   * literals quoted by the database (`literalSql`).
   */
  copySql: string;
  /**
   * Runs in the same read-only snapshot before the rows are read: counts, locks, the record of the read. What it throws,
   * `openCopy` throws, and no byte leaves.
   */
  snapshotWork?: (tx: postgres.Sql) => Promise<void>;
  transform?: CopyTransform;
  /** The longest it may take, in milliseconds; then it fails. */
  maxDurationMs?: number;
  /** A reader that asks for nothing this long counts as gone, in milliseconds. */
  idleMs?: number;
}

/** `whole`: all rows were handed over; `left`: the reader went away or `abort` was called; `failed`: cut short by an error. */
export interface CopyEnd {
  bytes: number;
  outcome: "whole" | "left" | "failed";
}

export interface CopyStream {
  /** Errors when the copy fails midway, so that the answer is cut and never looks complete. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Ends the query on the server too. The stream then errors, unless it is over. */
  abort(): void;
  /** Settles when the connection is free of the query; never rejects. */
  readonly done: Promise<CopyEnd>;
}

const coalesceBytes = 65_536;
const bufferBytes = 262_144;
/** After this long without an effect a cancelled backend is terminated. */
const patienceMs = 1_000;

/**
 * A COPY statement that sends one text a row as it is: quote and delimiter are control characters that JSON texts and
 * our other row texts never hold.
 * @param select a query with a single text column
 */
export function copyRows(select: string): string {
  return `copy (${select}) to stdout (format csv, quote e'\\x01', delimiter e'\\x02')`;
}

/**
 * Streams rows out of the database in constant memory: a client of its own outside the pool, in a read-only
 * repeatable-read transaction of capped duration.
 *
 * The driver's stream must keep flowing until its end whatever becomes of the reader: destroyed or paused for good, it
 * leaves the backend writing for ever. So a reader that leaves has the backend cancelled from another connection, after
 * a second terminated, and the rest of the bytes dropped.
 *
 * @throws what connecting, `snapshotWork` or the start of the copy throws; nothing is left open then
 */
export async function openCopy(options: CopyOptions): Promise<CopyStream> {
  const { copySql, snapshotWork, transform, maxDurationMs = 600_000, idleMs = 30_000 } = options;
  const client = postgres(runtime().urls.direct, {
    max: 1,
    prepare: false,
    fetch_types: true,
    onnotice: () => {},
    connect_timeout: 10,
    connection: {
      application_name: "gurulog export",
      TimeZone: "UTC",
      statement_timeout: maxDurationMs,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  });
  try {
    await client.unsafe("begin isolation level repeatable read read only");
    const [me] = await client<{ pid: number }[]>`select pg_backend_pid() as pid`;
    if (!me) throw new Error("the database does not say who serves the copy");
    await snapshotWork?.(client);
    const source = await client.unsafe(copySql).readable();
    return flow({ client, pid: me.pid, source, transform, maxDurationMs, idleMs });
  } catch (error) {
    await discard(client);
    throw error;
  }
}

interface Flow {
  client: postgres.Sql;
  pid: number;
  source: Readable;
  transform: CopyTransform | undefined;
  maxDurationMs: number;
  idleMs: number;
}

class ReaderLeft extends Error {
  override readonly name = "ReaderLeft";
}

function flow({ client, pid, source, transform, maxDurationMs, idleMs }: Flow): CopyStream {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let bytes = 0;
  /** Set once: why nothing more is handed over. */
  let cut: Error | undefined;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let idle: NodeJS.Timeout | undefined;
  let terminate: NodeJS.Timeout | undefined;
  let settle: (end: CopyEnd) => void = () => {};
  const done = new Promise<CopyEnd>((resolve) => {
    settle = resolve;
  });
  const longest = setTimeout(
    () => stop(new Error(`the copy took longer than ${maxDurationMs} ms`)),
    maxDurationMs,
  );

  function stop(reason: Error): void {
    if (cut) return;
    cut = reason;
    pending = [];
    clearTimeout(idle);
    controller?.error(reason);
    source.resume();
    signal("cancel");
    terminate = setTimeout(() => signal("terminate"), patienceMs);
  }

  function signal(how: "cancel" | "terminate"): void {
    const asked =
      how === "cancel"
        ? pool()`select pg_cancel_backend(${pid})`
        : pool()`select pg_terminate_backend(${pid})`;
    asked.catch((error: unknown) => logError(`ending a copy (${how})`, error));
  }

  /** Hands over what is collected. */
  function flush(): void {
    if (pendingBytes === 0 || !controller) return;
    const chunk = pending.length === 1 && pending[0] ? pending[0] : Buffer.concat(pending, pendingBytes);
    pending = [];
    pendingBytes = 0;
    bytes += chunk.length;
    controller.enqueue(chunk);
    if ((controller.desiredSize ?? 0) <= 0) {
      source.pause();
      clearTimeout(idle);
      idle = setTimeout(() => stop(new ReaderLeft(`nobody read for ${idleMs} ms`)), idleMs);
    }
  }

  function collect(chunk: Buffer): void {
    if (chunk.length === 0) return;
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes >= coalesceBytes) flush();
  }

  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      stop(error instanceof Error ? error : new Error(String(error)));
    }
  }

  source.on("data", (chunk: Buffer) => {
    if (!cut) guarded(() => collect(transform ? transform.chunk(chunk) : chunk));
  });
  source.once("end", () => {
    guarded(() => {
      if (cut) return;
      if (transform) collect(transform.end());
      flush();
      controller?.close();
    });
    finish();
  });
  source.once("error", (error) => {
    if (!cut) {
      cut = error;
      controller?.error(error);
    }
    finish();
  });
  source.once("close", () => finish());

  let finished = false;
  function finish(): void {
    if (finished) return;
    finished = true;
    clearTimeout(longest);
    clearTimeout(idle);
    const outcome = cut === undefined ? "whole" : cut instanceof ReaderLeft ? "left" : "failed";
    if (outcome === "failed") logError("streaming rows", cut);
    discard(client).finally(() => {
      clearTimeout(terminate);
      settle({ bytes, outcome });
    });
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      start(c) {
        controller = c;
        source.pause();
      },
      pull() {
        clearTimeout(idle);
        source.resume();
      },
      cancel() {
        // The reader is gone already; an error would have nobody to go to.
        controller = undefined;
        stop(new ReaderLeft("the reader left"));
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bufferBytes }),
  );
  return { stream, abort: () => stop(new ReaderLeft("the reader left")), done };
}

/** The client goes whatever state it is in: after a COPY that failed the driver answers its next query with nothing. */
async function discard(client: postgres.Sql): Promise<void> {
  await client
    .end({ timeout: 1 })
    .catch((error: unknown) => logError("closing the connection of a copy", error));
}
