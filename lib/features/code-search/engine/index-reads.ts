import "server-only";
import type { Sql } from "@/lib/db/client";
import type { CodeHead } from "@/lib/db/schema/code";
import { type FileRow, type PartAddress, SourceFiles } from "./source-files";

/** How much of files' metadata is kept, in bytes as reckoned. */
const mostKeptBytes = 384 * 1024 * 1024;

export interface ReadPart extends PartAddress {
  firstLine: number;
  byteOffset: number;
  /** Deflated; of symbols when these were asked for. */
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
      this.#sql<{ id: number; parts: number; buckets: number }[]>`
        select id::float8 as id, parts, buckets from code_segment where source_id = ${sourceId} and complete order by id`,
      this.#sql`
        select segment_id::float8, path, language, branches, first_part, parts from code_file
        where source_id = ${sourceId} and from_generation <= ${generation}
          and (to_generation is null or to_generation > ${generation})
        order by path collate "C", id`.values(),
    ]);
    return new SourceFiles([...segments], [...rows] as unknown as FileRow[]);
  }

  /** Buckets of postings; of a segment that is gone there are none. */
  async buckets(segmentIds: number[], buckets: number[]): Promise<ReadBucket[]> {
    return this.#sql<ReadBucket[]>`
      select segment_id::float8 as "segmentId", bucket, data from code_posting
      where (segment_id, bucket) in (select * from unnest(${segmentIds}::bigint[], ${buckets}::int[]))`;
  }

  /** Parts with their content or their symbols; a part without symbols is left out of these. */
  async parts(addresses: readonly PartAddress[], column: "content" | "symbols"): Promise<ReadPart[]> {
    const segmentIds = addresses.map(({ segmentId }) => segmentId);
    const ordinals = addresses.map(({ ordinal }) => ordinal);
    if (addresses.length === 0) return [];
    if (column === "content")
      return this.#sql<ReadPart[]>`
        select segment_id::float8 as "segmentId", ordinal, first_line as "firstLine", byte_offset as "byteOffset",
          content as data
        from code_part
        where (segment_id, ordinal) in (select * from unnest(${segmentIds}::bigint[], ${ordinals}::int[]))`;
    return this.#sql<ReadPart[]>`
      select segment_id::float8 as "segmentId", ordinal, first_line as "firstLine", byte_offset as "byteOffset",
        symbols as data
      from code_part
      where (segment_id, ordinal) in (select * from unnest(${segmentIds}::bigint[], ${ordinals}::int[]))
        and symbols is not null`;
  }

  /** Generation and branches of repositories as they are by now. */
  async heads(
    sourceIds: string[],
  ): Promise<Map<string, { generation: number; branches: { name: string; isDefault: boolean }[] }>> {
    const rows = await this.#sql<{ id: string; generation: number; heads: CodeHead[] }[]>`
      select source_id as id, generation, heads from code_repository where source_id = any(${sourceIds}::uuid[])`;
    return new Map(
      rows.map(({ id, generation, heads }) => [
        id,
        { generation, branches: heads.map(({ branch, isDefault }) => ({ name: branch, isDefault })) },
      ]),
    );
  }

  /** How many of these segments are still there. */
  async segmentsLeft(ids: number[]): Promise<number> {
    const [row] = await this.#sql<{ count: number }[]>`
      select count(*)::int as count from code_segment where id = any(${ids}::bigint[])`;
    return row?.count ?? 0;
  }
}
