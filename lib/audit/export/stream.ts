import "server-only";
import { createHash } from "node:crypto";
import type { Manifest } from "@/lib/audit/proof/manifest";
import { type CopyStream, openCopy } from "@/lib/audit/query/copy-stream";
import { logError } from "@/lib/platform/log";
import { type ExportFacts, exportManifest } from "./export-manifest";
import type { ExportFormat, ExportView } from "./formats/format";
import type { ExportCounts } from "./progress";
import { type SealedState, sealedState, waitUntilSealed } from "./sealed-state";

/** How an export ended; `cause` says it to the reader of the log. */
export interface ExportEnd extends ExportCounts {
  state: "done" | "failed" | "cancelled";
  cause: string;
  /** Of a whole file, over the very bytes that went out. */
  manifest?: Manifest;
}

interface ExportRun {
  format: ExportFormat;
  view: ExportView;
  /** A condition on `audit_event e` without parameters, see `exportCondition`. */
  where: string;
  fileName: string;
  facts: ExportFacts;
  /** Called about every `everyMs` while it runs. */
  report: (counts: ExportCounts) => Promise<"go-on" | "cancelled" | "gone">;
  /** Called once at the end. For a whole file, before its end is handed over. */
  settle: (end: ExportEnd) => Promise<void>;
  everyMs?: number;
  /** A reader that asks for nothing this long counts as gone. */
  idleMs?: number;
  /** How long a format of sealed events waits for the sealer. */
  sealWaitMs?: number;
}

/** The file was cut on purpose. Not an AbortError: the framework would take that for the browser's own wish. */
class ExportStopped extends Error {
  override readonly name = "ExportStopped";
}

const readAheadBytes = 262_144;

/**
 * The bytes of an export, made while they are read, in constant memory. Whatever ends it early (the browser leaves,
 * cancel, an error), the query on the server ends too and the file is cut, so that it never looks whole.
 * @throws what keeps the first byte from coming; settling is the caller's then
 */
export async function streamExport(run: ExportRun): Promise<ReadableStream<Uint8Array>> {
  const { format, view, where } = run;
  if (format.sealedOnly) await waitUntilSealed(view.orgId, where, run.sealWaitMs ?? 3_000);
  let sealed: SealedState | undefined;
  const copy = await openCopy({
    copySql: format.copySql(where, view),
    async snapshotWork(tx) {
      sealed = await sealedState(tx, view.orgId, where);
      await format.plan?.(tx);
    },
    ...(run.idleMs ? { idleMs: run.idleMs } : {}),
    // The rows are put into the sealed order before the first of them leaves.
    ...(format.sealedOnly ? { paceMs: 3_600_000 } : {}),
  });
  if (!sealed) throw new Error("unreachable: the copy began without its snapshot's work");
  return new Download(run, copy, sealed).stream;
}

class Download {
  readonly stream: ReadableStream<Uint8Array>;
  private readonly meter = { rows: 0 };
  private readonly digest = createHash("sha256");
  private bytes = 0;
  private readonly file: AsyncIterator<Uint8Array>;
  private readonly timer: NodeJS.Timeout;
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private settled: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private reporting = false;

  constructor(
    private readonly run: ExportRun,
    private readonly copy: CopyStream,
    private readonly sealed: SealedState,
  ) {
    const source = {
      ...run.view,
      sealed,
      manifestOf: (rows: number, files: Manifest["files"]) =>
        exportManifest(run.facts, sealed, { rows, files }),
    };
    this.file = run.format.encode(copy.stream, source, this.meter)[Symbol.asyncIterator]();
    this.timer = setInterval(() => void this.report(), run.everyMs ?? 500);
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: () => this.next(),
        cancel: () => this.stop("cancelled", "the browser left"),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: readAheadBytes }),
    );
    // A reader that stalls asks for nothing, so it does not learn either that the query was ended under it.
    void copy.done.then(({ outcome }) => {
      if (this.settled) return;
      if (outcome === "left") return this.stop("cancelled", "the browser stopped reading");
      if (outcome === "failed") return this.stop("failed", "the database ended the query");
    });
  }

  private get counts(): ExportCounts {
    return { rows: this.meter.rows, bytes: this.bytes };
  }

  private async next(): Promise<void> {
    try {
      const { value, done } = await this.file.next();
      if (this.settled) return;
      if (!done) {
        this.bytes += value.length;
        this.digest.update(value);
        this.controller?.enqueue(value);
        return;
      }
      await this.settle("done", "");
      this.controller?.close();
    } catch (error) {
      if (!this.stopped) logError("making an export", error);
      await this.stop("failed", "the file could not be made");
    }
  }

  /** Cuts the file. Safe to call again: the first reason stands. */
  private async stop(state: "failed" | "cancelled", cause: string): Promise<void> {
    if (this.stopped) return this.stopped;
    this.stopped = this.settle(state, cause).catch((error: unknown) => {
      // Unsettled, it is found without a sign of life and closed by whoever looks next.
      logError("settling an export", error);
    });
    this.copy.abort();
    this.controller?.error(new ExportStopped(cause));
    // A generator in the middle of a step ends with it: the rows it waits for have just been ended. What it throws then
    // is this very end.
    void this.file.return?.().catch(() => undefined);
    return this.stopped;
  }

  private settle(state: ExportEnd["state"], cause: string): Promise<void> {
    if (!this.settled) {
      clearInterval(this.timer);
      const end = { state, cause, ...this.counts };
      this.settled = this.run.settle(state === "done" ? { ...end, manifest: this.manifest() } : end);
    }
    return this.settled;
  }

  private manifest(): Manifest {
    const { rows, bytes } = this.counts;
    const file = { name: this.run.fileName, bytes, sha256: this.digest.digest("hex") };
    return exportManifest(this.run.facts, this.sealed, { rows, files: [file] });
  }

  private async report(): Promise<void> {
    if (this.reporting || this.settled) return;
    this.reporting = true;
    try {
      const answer = await this.run.report(this.counts);
      // Ended meanwhile: that it runs no more is then no sign of a crash.
      if (this.settled) return;
      if (answer === "cancelled") await this.stop("cancelled", "cancelled by its person");
      if (answer === "gone") await this.stop("failed", "it was taken for crashed");
    } catch (error) {
      // The next half second tries again; a database that is gone ends the copy itself.
      logError("reporting the progress of an export", error);
    } finally {
      this.reporting = false;
    }
  }
}
