import "server-only";
import type { Readable } from "node:stream";
import postgres from "postgres";
import { sql as pool } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";
import { runtime } from "@/lib/platform/runtime";
import { isOfRows, PlainBytes, RowTexts } from "./copy-rows";
import { CopySocket, connected, type ServerAddress } from "./copy-socket";

export { copyRows, giveBack } from "./copy-rows";

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
  /** The longest it may take, in milliseconds; then it fails. */
  maxDurationMs?: number;
  /** The time in which it has to hand over `leastBytes`, again and again, in milliseconds; else it fails. */
  paceMs?: number;
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

const connectMs = 10_000;
const coalesceBytes = 65_536;
const bufferBytes = 262_144;
/**
 * An honest download of many millions of events takes hours on a slow line, so it is not cut for its length but for its
 * pace: less than this in ten minutes (56 KiB a second), and a snapshot is held open for nothing.
 */
const leastBytes = 32 * 1024 * 1024;
/** After this long without an effect a cancelled backend is terminated. */
const patienceMs = 1_000;

/**
 * Streams rows out of the database in constant memory: a client of its own outside the pool, in a read-only
 * repeatable-read transaction that ends when nobody reads, when it is too slow and, at the latest, after half a day.
 *
 * The driver's stream must keep flowing until its end whatever becomes of the reader: destroyed or paused for good, it
 * leaves the backend writing for ever. So a reader that leaves has the backend cancelled from another connection, after
 * a second terminated, and the rest of the bytes dropped.
 *
 * @throws what connecting, `snapshotWork` or the start of the copy throws; nothing is left open then
 */
export async function openCopy(options: CopyOptions): Promise<CopyStream> {
  const { copySql, snapshotWork, idleMs = 30_000 } = options;
  const { maxDurationMs = 43_200_000, paceMs = 600_000 } = options;
  let rows: CopySocket | undefined;
  const url = runtime().urls.direct;
  const known = postgres(url).options;
  // What is encrypted only the driver can read, and of several servers only it finds the right one.
  const isPlain = !known.ssl && known.host.length === 1;
  // The driver's types do not know it.
  const ownSocket: object = {
    socket(server: ServerAddress) {
      rows = new CopySocket();
      return connected(rows.socket, server, connectMs);
    },
  };
  const client = postgres(url, {
    ...(isPlain ? ownSocket : {}),
    max: 1,
    prepare: false,
    fetch_types: true,
    onnotice: () => {},
    connect_timeout: connectMs / 1_000,
    connection: {
      application_name: "gurulog export",
      TimeZone: "UTC",
      // Statements write times as text; and compiling one would cost more than it saves.
      DateStyle: "ISO",
      jit: "off",
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
    const texts = isOfRows(copySql) ? new RowTexts() : new PlainBytes();
    // The first rows may come together with the answer.
    let damage: unknown;
    rows?.handTo({
      take(bytes, from, to) {
        try {
          if (damage === undefined) texts.push(bytes, from, to);
        } catch (error) {
          // Thrown here it would end the process: this is called by the socket.
          damage = error;
        }
      },
      taken() {},
    });
    const source = await client.unsafe(copySql).readable();
    if (damage !== undefined) throw damage;
    return flow({ client, pid: me.pid, source, rows, texts, maxDurationMs, paceMs, idleMs });
  } catch (error) {
    await discard(client);
    throw error;
  }
}

interface Flow {
  client: postgres.Sql;
  pid: number;
  /** Of the driver; without rows where they come past it. */
  source: Readable;
  rows: CopySocket | undefined;
  texts: RowTexts | PlainBytes;
  maxDurationMs: number;
  paceMs: number;
  idleMs: number;
}

class ReaderLeft extends Error {
  override readonly name = "ReaderLeft";
}

function flow({ client, pid, source, rows, texts, maxDurationMs, paceMs, idleMs }: Flow): CopyStream {
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
  let bytesBefore = 0;
  const pace = setInterval(() => {
    if (bytes - bytesBefore < leastBytes) stop(new Error(`the copy handed over too little in ${paceMs} ms`));
    bytesBefore = bytes;
  }, paceMs);

  function stop(reason: Error): void {
    if (cut) return;
    cut = reason;
    clearTimeout(idle);
    controller?.error(reason);
    goOn();
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

  function pause(): void {
    source.pause();
    rows?.socket.pause();
  }

  function goOn(): void {
    source.resume();
    rows?.socket.resume();
  }

  /** Hands over what is collected. */
  function flush(): void {
    if (texts.length === 0 || !controller) return;
    const chunk = texts.take();
    bytes += chunk.length;
    controller.enqueue(chunk);
    pause();
    if ((controller.desiredSize ?? 0) <= 0) {
      clearTimeout(idle);
      idle = setTimeout(() => stop(new ReaderLeft(`nobody read for ${idleMs} ms`)), idleMs);
    }
  }

  function flushWhenFull(): void {
    if (texts.length >= coalesceBytes) flush();
  }

  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      stop(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function take(row: Buffer, from: number, to: number): void {
    if (!cut) guarded(() => texts.push(row, from, to));
  }
  rows?.handTo({
    take,
    taken() {
      if (!cut) guarded(flushWhenFull);
    },
  });
  source.on("data", (chunk: Buffer) => {
    take(chunk, 0, chunk.length);
    if (!cut) guarded(flushWhenFull);
  });
  source.once("end", () => {
    guarded(() => {
      if (cut) return;
      texts.end();
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
    // What the server says behind its rows.
    rows?.socket.resume();
    clearTimeout(longest);
    clearInterval(pace);
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
        pause();
      },
      pull() {
        clearTimeout(idle);
        // One chunk a turn of the event loop: a socket with much to read is read 32 times before anybody else has a turn.
        setImmediate(goOn);
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
