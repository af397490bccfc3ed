import type { schema } from "@/lib/db/client";
import type { Learnt } from "./learnt";

// Something about the source itself.
export { Unreadable } from "@/lib/platform/reading-apart/unreadable";

/** What may be otherwise in a moment, such as a site that does not answer: tried again, and in the end the reason in words. */
export class NotNow extends Error {
  override readonly name = "NotNow";
}

/** A source as its reader gets it. */
export type SourceToRead = typeof schema.dataSource.$inferSelect & {
  /** What the last piece kept by a run that crashed said in `resumeAt`; null = read from the start. */
  resumeAt: unknown;
};

/** A stretch of a source's text. Pieces of the same place (heading, address, locator) run on; another place begins a passage. */
export interface TextPiece {
  /** Through `cleanText`, as the database takes it. */
  text: string;
  /** Bytes of the source read so far. */
  bytes: number;
  /** What the text stands under, put before the headings found in the text itself. */
  heading?: string | undefined;
  /** Where a person reads it at its origin; http or https. */
  url?: string | undefined;
  /** Where in the source it stands: "page 3", "Sheet 1, rows 2–51", "src/a.ts:10". */
  locator?: string | undefined;
  /** Whether lines beginning with # are headings; left out, the kind of the source decides. */
  markdown?: boolean | undefined;
  /** Pages, rows or files read so far, and of how many. */
  done?: number | undefined;
  total?: number | undefined;
  /** The same in words, as it is shown: "page 3 of 300". */
  note?: string | undefined;
  /** What was found out about the source; each field holds until it is said anew. */
  learnt?: Learnt | undefined;
  /** The text up to here is whole: a run that crashes later goes on from this value (JSON), which the reader understands. */
  resumeAt?: unknown;
}
