import type postgres from "postgres";
import type { Manifest, ManifestFile } from "@/lib/audit/proof/manifest";
import type { SealedState } from "../sealed-state";

/** The log that an export covers. */
export interface ExportView {
  orgId: number;
  /** The organization's whole log, which has the Guru column; else one guru's. */
  global: boolean;
}

/** What a file may tell of itself, beside its events. */
export interface ExportSource extends ExportView {
  /** Of the same snapshot as the rows. */
  sealed: SealedState;
  /** The signed manifest of these files. */
  manifestOf(rows: number, files: ManifestFile[]): Manifest;
}

/** Counts the events that went into the file, as they pass. */
export interface RowMeter {
  rows: number;
}

/**
 * One export format. A file in this folder and a line of the registry make one; the contract test then covers it.
 */
export interface ExportFormat {
  readonly id: "csv" | "xlsx" | "json" | "zip";
  /** As the menu says it. */
  readonly label: string;
  readonly extension: string;
  readonly contentType: string;
  /** Holds sealed events alone: those that are not sealed yet are waited for a moment, then left out. */
  readonly sealedOnly?: true;
  /**
   * The statement that makes the rows. Tables are formatted and guarded in the database: through JavaScript it would
   * cost three quarters of the rows a second.
   * @param where a condition on `audit_event e` whose values are literals quoted by the database, as COPY takes no binds
   */
  copySql(where: string, view: ExportView): string;
  /** Runs in the COPY's transaction before it: settings of the planner. */
  readonly plan?: (tx: postgres.Sql) => Promise<void>;
  /**
   * Makes the file of the bytes of that COPY.
   * @param rows chunks cut anywhere, in the middle of a row and of a character too
   * @param meter grows by each event whose bytes have been taken in
   */
  encode(rows: AsyncIterable<Uint8Array>, source: ExportSource, meter: RowMeter): AsyncIterable<Uint8Array>;
}

export const lineFeed = 0x0a;
