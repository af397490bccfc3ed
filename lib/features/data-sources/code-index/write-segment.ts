import "server-only";
import { eq } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { codeFormat } from "@/lib/platform/code/format";
import type { CodeIndexer } from "@/lib/platform/code/indexing/code-indexer";
import type { IndexedFile, SegmentPostings } from "@/lib/platform/code/indexing/messages";
import { mostParts } from "@/lib/platform/code/parts";
import { fileTexts } from "../git/repository-files";
import type { WantedFile } from "./plan";
import { type CodeRun, noteProgress, whileMine } from "./runs";

/** Text sent to the process at a time, in UTF-16 units. It has two of these at most. */
const batchLength = 512 * 1024;
const rowsAtOnce = 64;
/** A segment that has them may end before it is full, for a process that holds much by now. */
const enoughParts = 1_024;
/** Rows of postings in one transaction. */
const postingsAtOnce = 512;

/** How the text of a file is indexed after it took the process with it. */
export type Treatment = "alone" | "without symbols" | "left out";

interface Work {
  folder: string;
  files: readonly WantedFile[];
  treatments: ReadonlyMap<WantedFile, Treatment>;
  indexer: CodeIndexer;
  /** Of a segment. */
  mostParts: number;
  /** Filled with the files that the process has and has not answered for. */
  inHand: WantedFile[];
}

interface Waiting {
  file: WantedFile;
  text: string;
  /** Parts that it may have at most; how many it has the process says. */
  mostParts: number;
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
      if (wanted && (text === null || found === "left out")) segment.passOver(wanted);
      else if (wanted && text !== null) {
        const one = { file: wanted, text, mostParts: mostParts(Buffer.byteLength(text)) };
        if (!(await segment.hasRoomFor(one))) break;
        await segment.take(one, found !== undefined);
      }
      taken += 1;
    }
    await segment.end();
  } finally {
    await segment.settled();
  }
  return taken;
}

type Answer = ReturnType<CodeIndexer["add"]>;
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
  /** No text, or none that the process survives. */
  #passedOver: WantedFile[] = [];
  /** Parts that those that wait, or are with the process, may have at most; of the others it is known. */
  #bound = 0;
  #parts = 0;
  #files = 0;
  #pairs = 0;
  /** All that the process has been given is answered for. */
  #answered: Promise<void> = Promise.resolve();
  /** The rows of the last batch on their way into the database, while the process works on the next. */
  #writing: Promise<void> = Promise.resolve();

  constructor(run: CodeRun, work: Work) {
    this.#run = run;
    this.#work = work;
  }

  async hasRoomFor({ mostParts }: Waiting): Promise<boolean> {
    const { indexer, mostParts: mostOfSegment } = this.#work;
    const isFull = () => this.#parts + this.#bound + mostParts > mostOfSegment;
    if (isFull()) await this.#answer();
    const isTooMuch = indexer.isWorn && this.#parts >= enoughParts;
    return !isFull() && !isTooMuch && this.#pairs < indexer.mostPairs;
  }

  async take(one: Waiting, isAlone: boolean): Promise<void> {
    if (isAlone) await this.#answer();
    this.#waiting.push(one);
    this.#length += one.text.length;
    this.#bound += one.mostParts;
    if (isAlone) await this.#answer();
    else if (this.#length >= batchLength) await this.#flush();
  }

  /** Writes down of a file no more than that it was looked at. */
  passOver(file: WantedFile): void {
    this.#passedOver.push(file);
  }

  async end(): Promise<void> {
    await this.#answer();
    await this.#writing;
    if (this.#passedOver.length > 0) await this.#write({ files: this.#passedOverRows(), parts: [] });
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
    await this.#answered.catch(() => undefined);
    await this.#writing.catch(() => undefined);
  }

  /** Gives the process what waits, and waits until it has answered for everything. */
  async #answer(): Promise<void> {
    await this.#flush();
    await this.#answered;
  }

  /** Gives the process what waits, while it works on the batch before; returns when it has answered for that. */
  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#length = 0;
    const { indexer, inHand, treatments } = this.#work;
    inHand.push(...waiting.map(({ file }) => file));
    const answer = indexer.add(
      waiting.map(({ file, text }) => {
        const hasSymbols = treatments.get(file) !== "without symbols";
        return { path: file.path, text, hasSymbols };
      }),
    );
    const before = this.#answered;
    this.#answered = this.#take(waiting, before, answer);
    // Whoever waits for it next finds out; the same of what is written.
    this.#answered.catch(() => undefined);
    await before;
  }

  async #take(waiting: readonly Waiting[], before: Promise<void>, answer: Answer): Promise<void> {
    const [{ files, pairs }] = await Promise.all([answer, before]);
    this.#work.inHand.splice(0, waiting.length);
    this.#bound -= waiting.reduce((sum, { mostParts }) => sum + mostParts, 0);
    this.#pairs = pairs;
    const rows = this.#rowsOf(waiting, files);
    await this.#writing;
    this.#writing = this.#write(rows);
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
    const files: FileRow[] = rows.map(({ file }) => file);
    files.push(...this.#passedOverRows());
    return { files, parts: rows.flatMap(({ parts }) => parts) };
  }

  #passedOverRows(): FileRow[] {
    const nothing = { language: null, bytes: 0, lines: 0, firstPart: 0, parts: 0, isText: false };
    return this.#passedOver
      .splice(0)
      .map(({ path, blob, branches }) => ({ ordinal: this.#files++, path, blob, branches, ...nothing }));
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
    .values({ sourceId, format: codeFormat })
    .returning({ id: schema.codeSegment.id });
  if (!row) throw new Error("a segment was not made");
  return row.id;
}
