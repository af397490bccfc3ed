import "server-only";
import { eq } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import type { CodeIndexer } from "@/lib/platform/code/indexing/code-indexer";
import type { IndexedFile, SegmentPostings } from "@/lib/platform/code/indexing/messages";
import { mostParts } from "@/lib/platform/code/parts";
import { mostPartsOfSegment } from "@/lib/platform/code/postings";
import { fileTexts } from "../git/repository-files";
import type { WantedFile } from "./plan";
import { type CodeRun, noteProgress, whileMine } from "./runs";

/** Text sent to the process at a time, in UTF-16 units. */
const batchLength = 512 * 1024;
const rowsAtOnce = 64;
/** Rows of postings in one transaction. */
const postingsAtOnce = 512;

/** How the text of a file is indexed after it took the process with it. */
export type Treatment = "alone" | "without symbols" | "left out";

interface Work {
  folder: string;
  files: readonly WantedFile[];
  treatments: ReadonlyMap<WantedFile, Treatment>;
  indexer: CodeIndexer;
  /** Filled with the files that the process has and has not answered for. */
  inHand: WantedFile[];
}

interface Waiting {
  file: WantedFile;
  text: string;
}

/**
 * Writes down one segment of files, in their order, until it is full.
 * @returns how many of the files it took
 */
export async function writeSegment(run: CodeRun, work: Work, signal: AbortSignal): Promise<number> {
  const { folder, files, treatments } = work;
  const segment = new SegmentInMaking(run, work);
  let taken = 0;
  try {
    for await (const { text } of fileTexts(folder, files, signal)) {
      // The same one, with its branches.
      const wanted = files[taken];
      const found = wanted && treatments.get(wanted);
      if (wanted && text !== null && found !== "left out") {
        if (!(await segment.hasRoomFor(text))) break;
        await segment.take({ file: wanted, text }, found !== undefined);
      }
      taken += 1;
    }
    await segment.end();
  } finally {
    await segment.settled();
  }
  return taken;
}

type FileRow = Omit<typeof schema.codeFile.$inferInsert, "sourceId" | "segmentId" | "fromGeneration">;
interface Rows {
  files: FileRow[];
  parts: Omit<typeof schema.codePart.$inferInsert, "segmentId">[];
}

class SegmentInMaking {
  readonly #run: CodeRun;
  readonly #work: Work;
  #id: number | null = null;
  #waiting: Waiting[] = [];
  #length = 0;
  /** Parts that those that wait may have at most; of the others it is known. */
  #bound = 0;
  #parts = 0;
  #files = 0;
  #pairs = 0;
  /** The rows of the last batch on their way into the database, while the process works on the next. */
  #writing: Promise<void> = Promise.resolve();

  constructor(run: CodeRun, work: Work) {
    this.#run = run;
    this.#work = work;
  }

  async hasRoomFor(text: string): Promise<boolean> {
    const most = mostParts(Buffer.byteLength(text));
    if (this.#parts + this.#bound + most > mostPartsOfSegment) await this.#flush();
    const isFull = this.#parts + this.#bound + most > mostPartsOfSegment;
    return !isFull && this.#pairs < this.#work.indexer.mostPairs;
  }

  async take(one: Waiting, isAlone: boolean): Promise<void> {
    if (isAlone) await this.#flush();
    this.#waiting.push(one);
    this.#length += one.text.length;
    this.#bound += mostParts(Buffer.byteLength(one.text));
    if (isAlone || this.#length >= batchLength) await this.#flush();
  }

  async end(): Promise<void> {
    await this.#flush();
    await this.#writing;
    const id = this.#id;
    if (id === null) return;
    const postings = await this.#work.indexer.finish();
    await this.#writePostings(id, postings);
    const about = { parts: this.#parts, files: this.#files, buckets: postings.buckets, complete: true };
    await whileMine(this.#run, async (tx) => {
      await tx.update(schema.codeSegment).set(about).where(eq(schema.codeSegment.id, id));
      await noteProgress(tx, this.#run);
    });
  }

  /** Waits for what is on its way, whatever becomes of it. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#length = 0;
    this.#bound = 0;
    const { indexer, inHand, treatments } = this.#work;
    inHand.push(...waiting.map(({ file }) => file));
    const answer = await indexer.add(
      waiting.map(({ file, text }) => {
        const hasSymbols = treatments.get(file) !== "without symbols";
        return { path: file.path, text, hasSymbols };
      }),
    );
    inHand.length = 0;
    this.#pairs = answer.pairs;
    const rows = this.#rowsOf(waiting, answer.files);
    await this.#writing;
    this.#writing = this.#write(rows);
    // Whoever waits for it next finds out.
    this.#writing.catch(() => undefined);
  }

  #rowsOf(waiting: readonly Waiting[], indexed: readonly IndexedFile[]): Rows {
    const rows = waiting.map(({ file }, n) => {
      const { parts = [], ...about } = indexed[n] ?? { language: null, bytes: 0, lines: 0 };
      const ordinal = this.#files++;
      const firstPart = this.#parts;
      this.#parts += parts.length;
      const { path, blob, branches } = file;
      return {
        file: { ordinal, path, blob, branches, ...about, firstPart, parts: parts.length },
        parts: parts.map((part, at) => ({ ...part, ordinal: firstPart + at, fileOrdinal: ordinal })),
      };
    });
    return { files: rows.map(({ file }) => file), parts: rows.flatMap(({ parts }) => parts) };
  }

  async #write({ files, parts }: Rows): Promise<void> {
    const { source, shown } = this.#run;
    const about = { sourceId: source.id, fromGeneration: shown + 1 };
    this.#id = await whileMine(this.#run, async (tx) => {
      const segmentId = this.#id ?? (await newSegment(tx, source.id));
      for (let at = 0; at < parts.length; at += rowsAtOnce)
        await tx
          .insert(schema.codePart)
          .values(parts.slice(at, at + rowsAtOnce).map((part) => ({ ...part, segmentId })));
      for (let at = 0; at < files.length; at += rowsAtOnce)
        await tx
          .insert(schema.codeFile)
          .values(files.slice(at, at + rowsAtOnce).map((file) => ({ ...file, ...about, segmentId })));
      return segmentId;
    });
  }

  async #writePostings(segmentId: number, { data }: SegmentPostings): Promise<void> {
    for (let from = 0; from < data.length; from += postingsAtOnce)
      await whileMine(this.#run, async (tx) => {
        const some = data.slice(from, from + postingsAtOnce);
        for (let at = 0; at < some.length; at += rowsAtOnce)
          await tx
            .insert(schema.codePosting)
            .values(
              some.slice(at, at + rowsAtOnce).map((data, n) => ({ segmentId, bucket: from + at + n, data })),
            );
      });
  }
}

async function newSegment(tx: Tx, sourceId: string): Promise<number> {
  const [row] = await tx
    .insert(schema.codeSegment)
    .values({ sourceId })
    .returning({ id: schema.codeSegment.id });
  if (!row) throw new Error("a segment was not made");
  return row.id;
}
