import "server-only";
import { totalmem } from "node:os";
import type { Sql } from "@/lib/db/client";
import type { CodeHead, CodeTag } from "@/lib/db/schema/code";
import { withTags } from "../revisions";
import { inflatedTogether } from "./inflate-together";
import { KeptParts, keyOf } from "./kept-parts";
import type { SearchedRepository } from "./messages";
import { type FileRow, type PartAddress, SourceFiles } from "./source-files";

/** How much of files' metadata is kept, in bytes as reckoned. */
const mostKeptBytes = 384 * 1024 * 1024;
/** Of the machine, or of the container that this runs in. */
const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
/** How much of parts is kept, deflated: there may be three such processes. */
const mostPartBytes = Math.min(256 * 1024 * 1024, memory / 32);
/** In ms: what was not used in one is not kept for the next. */
const periodMs = 10 * 60_000;
/** A connection that does not answer one read for so long, in ms, is taken for dead. */
const longestSilenceMs = 5_000;

export interface ReadPart extends PartAddress {
  firstLine: number;
  byteOffset: number;
  /** Of the text, before it was deflated. */
  bytes: number;
  /** UTF-8; of symbols, when these were asked for, deflated, and nothing where there are none. */
  data: Buffer;
}

export interface ReadBucket {
  segmentId: number;
  bucket: number;
  data: Buffer;
}

/** Reads of the code index, and the files of repositories as they were read last. */
export class IndexReads {
  readonly #sql: Sql;
  /** By source and generation, the one used last behind. */
  readonly #kept = new Map<string, { files: Promise<SourceFiles>; bytes: number }>();
  readonly #parts = {
    content: new KeptParts<ReadPart>(mostPartBytes),
    symbols: new KeptParts<ReadPart>(mostPartBytes / 4),
  };
  #forgetting: NodeJS.Timeout | undefined;
  /** Reads without an answer yet, in the order in which they were asked. */
  readonly #unanswered = new Set<object>();
  #firstSince = 0;
  #firstBefore: object | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The files of a repository at a generation. */
  files(sourceId: string, generation: number): Promise<SourceFiles> {
    const key = `${sourceId} ${generation}`;
    const found = this.#kept.get(key);
    if (found) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
      return found.files;
    }
    const kept = { files: this.#load(sourceId, generation), bytes: 0 };
    this.#kept.set(key, kept);
    kept.files.then(
      (files) => {
        kept.bytes = files.bytes;
        this.#forget();
      },
      () => this.#kept.delete(key),
    );
    return kept.files;
  }

  /** Forgets what was read of these sources. */
  drop(sourceIds: readonly string[]): void {
    const gone = new Set(sourceIds);
    for (const key of this.#kept.keys()) if (gone.has(key.split(" ")[0] ?? "")) this.#kept.delete(key);
  }

  /**
   * Whether a read waits that waited at the last call too, and the database has been silent for long since. To be asked
   * after each search: a server that went away without a word leaves a connection that never fails and never answers.
   */
  isStuck(): boolean {
    const [first] = this.#unanswered;
    const isSame = first !== undefined && first === this.#firstBefore;
    this.#firstBefore = first;
    return isSame && performance.now() - this.#firstSince > longestSilenceMs;
  }

  async #answer<T>(read: PromiseLike<T>): Promise<T> {
    const one = {};
    if (this.#unanswered.size === 0) this.#firstSince = performance.now();
    this.#unanswered.add(one);
    try {
      return await read;
    } finally {
      const [first] = this.#unanswered;
      this.#unanswered.delete(one);
      // A connection answers in turn: the next one may have waited for this one.
      if (first === one) this.#firstSince = performance.now();
    }
  }

  #forget(): void {
    let bytes = [...this.#kept.values()].reduce((sum, one) => sum + one.bytes, 0);
    for (const [key, one] of this.#kept) {
      if (bytes <= mostKeptBytes) return;
      bytes -= one.bytes;
      this.#kept.delete(key);
    }
  }

  async #load(sourceId: string, generation: number): Promise<SourceFiles> {
    const [segments, rows] = await Promise.all([
      this.#answer(
        this.#sql<{ id: number; parts: number; buckets: number }[]>`
          select id::float8 as id, parts, buckets from code_segment
          where source_id = ${sourceId} and complete order by id`,
      ),
      this.#answer(
        this.#sql`
          select segment_id::float8, path, language, branches, first_part, parts from code_file
          where source_id = ${sourceId} and is_text and from_generation <= ${generation}
            and (to_generation is null or to_generation > ${generation})
          order by path collate "C", id`.values(),
      ),
    ]);
    const files = [...rows] as unknown as FileRow[];
    // Others are dead, or of a run that is under way: they may go at any time.
    const used = new Set(files.map(([segmentId]) => segmentId));
    return new SourceFiles(
      segments.filter(({ id }) => used.has(id)),
      files,
    );
  }

  /** Buckets of postings; of a segment that is gone there are none. */
  async buckets(segmentIds: number[], buckets: number[]): Promise<ReadBucket[]> {
    // Row by row, whatever the planner thinks of the list: behind a pool of transactions it takes no settings.
    return this.#answer(
      this.#sql<ReadBucket[]>`
        select k.segment::float8 as "segmentId", k.bucket, p.data
        from unnest(${segmentIds}::bigint[], ${buckets}::int[]) as k(segment, bucket)
        cross join lateral (
          select data from code_posting where segment_id = k.segment and bucket = k.bucket offset 0) p`,
    );
  }

  /**
   * Parts with their content or their symbols, in the order of their addresses. One that is gone is left out.
   * @param isWanted asked once they are read: of what nobody wants any more there is none
   */
  async parts(
    addresses: readonly PartAddress[],
    column: "content" | "symbols",
    isWanted = () => true,
  ): Promise<ReadPart[]> {
    const kept = this.#parts[column];
    const found = new Map(addresses.map((address) => [keyOf(address), kept.get(address)]));
    const missing = addresses.filter((address) => found.get(keyOf(address)) === undefined);
    if (missing.length > 0) {
      this.#forgetting ??= setInterval(() => this.#endPeriod(), periodMs).unref();
      for (const part of await this.#readParts(missing, column)) {
        found.set(keyOf(part), part);
        kept.put(part, part);
      }
    }
    if (!isWanted()) return [];
    const all = [...found.values()].filter((part) => part !== undefined);
    return column === "content" ? inflatedTogether(all) : all;
  }

  async #readParts(
    addresses: readonly PartAddress[],
    column: "content" | "symbols",
  ): Promise<readonly ReadPart[]> {
    const segmentIds = addresses.map(({ segmentId }) => segmentId);
    const ordinals = addresses.map(({ ordinal }) => ordinal);
    const data = this.#sql(column);
    return this.#answer(
      this.#sql<ReadPart[]>`
        select k.segment::float8 as "segmentId", k.ordinal, p.first_line as "firstLine",
          p.byte_offset as "byteOffset", p.bytes, p.data
        from unnest(${segmentIds}::bigint[], ${ordinals}::int[]) as k(segment, ordinal)
        cross join lateral (
          select first_line, byte_offset, bytes, coalesce(${data}, '') as data from code_part
          where segment_id = k.segment and ordinal = k.ordinal offset 0) p`,
    );
  }

  #endPeriod(): void {
    this.#parts.content.endPeriod();
    this.#parts.symbols.endPeriod();
  }

  /** Generation and branches of repositories as they are by now. */
  async heads(
    sourceIds: string[],
  ): Promise<Map<string, Pick<SearchedRepository, "generation" | "branches">>> {
    const rows = await this.#answer(
      this.#sql<{ id: string; generation: number; heads: CodeHead[]; tags: CodeTag[] }[]>`
        select source_id as id, generation, heads, tags from code_repository
        where source_id = any(${sourceIds}::uuid[])`,
    );
    return new Map(
      rows.map(({ id, generation, heads, tags }) => [id, { generation, branches: withTags(heads, tags) }]),
    );
  }

  /** How many of these segments are still there. */
  async segmentsLeft(ids: number[]): Promise<number> {
    const [row] = await this.#answer(
      this.#sql<{ count: number }[]>`
        select count(*)::int as count from code_segment where id = any(${ids}::bigint[])`,
    );
    return row?.count ?? 0;
  }
}
