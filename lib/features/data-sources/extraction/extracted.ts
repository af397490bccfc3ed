import { z } from "zod";
import { maxPieceLength } from "./limits";

/** Kinds of files whose text has to be extracted. */
export const documentKinds = ["PDF", "EXCEL", "WORD"] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** A stretch of a document's text, as the process that extracts tells of it. */
export const extracted = z.strictObject({
  text: z.string().max(maxPieceLength),
  heading: z.string().max(300).optional(),
  locator: z.string().max(300).optional(),
  /** Pages, rows or paragraphs so far, and of how many. */
  done: z.number().int().nonnegative(),
  total: z.number().int().nonnegative(),
  note: z.string().max(300),
  /** Where the extraction goes on after this piece; absent within a page or a block of rows. */
  resumeAt: z.record(z.string(), z.number()).optional(),
});
export type Extracted = z.infer<typeof extracted>;

/** What is extracted, as the process is told. */
export const documentOrder = z.strictObject({
  kind: z.enum(documentKinds),
  /** `resumeAt` of the last piece that was kept; null = from the start. */
  resumeAt: z.unknown(),
});
export type DocumentOrder = z.infer<typeof documentOrder>;
