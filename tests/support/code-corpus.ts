import { randomBytes, randomUUID } from "node:crypto";
import type postgres from "postgres";
import type { VisibleRepository } from "@/lib/features/code-search/engine/types";
import { withTags } from "@/lib/features/code-search/revisions";
import { codeFormat } from "@/lib/platform/code/format";
import { SegmentIndexer } from "@/lib/platform/code/indexing/segment-indexer";
import { languageOf } from "@/lib/platform/code/languages";
import { mostPartsOfSegment } from "@/lib/platform/code/postings";

export interface CorpusFile {
  path: string;
  text: string;
  /** Bit n = of the nth branch; the first one by default. */
  branches?: number;
}

export interface CorpusSymbol {
  name: string;
  kind: string;
  parent: string | null;
  line: number;
  column: number;
}

/** Plain declarations of one line: enough to look for, and anybody can tell where they are. */
export function plainSymbols(text: string): CorpusSymbol[] {
  return text.split("\n").flatMap((line, n) => {
    const found = /\b(function|class|interface|const)\s+([\p{L}_$][\p{L}\p{N}_$]*)/u.exec(line);
    const [all, kind = "", name = ""] = found ?? [];
    if (!found || all === undefined) return [];
    const column = found.index + all.length - name.length + 1;
    return [{ name, kind: kind === "const" ? "constant" : kind, parent: null, line: n + 1, column }];
  });
}

/** A guru, made behind the product's back. */
export async function corpusGuru(admin: postgres.Sql, name: string): Promise<VisibleRepository["guru"]> {
  const slug = `${name}-${randomUUID().slice(0, 8)}`;
  const [row] = await admin<{ id: string }[]>`
    insert into guru (org_id, slug, name) values (1, ${slug}, ${name}) returning id`;
  if (!row) throw new Error("no guru made");
  return { id: row.id, slug, name };
}

const commitOf = (branch: number) => `${branch}`.repeat(40);
/** At which the default branch of what is written here stands. */
export const firstCommit = commitOf(0);

/**
 * Writes a repository with its index, as a run of the indexing leaves it. A second call with the same source writes the
 * next generation, of which nothing but its own files is left.
 * @param branches the first is the default one
 */
export async function writeCorpus(
  admin: postgres.Sql,
  guru: VisibleRepository["guru"],
  name: string,
  files: Iterable<CorpusFile>,
  {
    branches = ["main"],
    tags = [],
    sourceId,
  }: { branches?: string[]; tags?: { name: string; commit: string }[]; sourceId?: string } = {},
): Promise<VisibleRepository> {
  const id = sourceId ?? randomUUID();
  const heads = branches.map((branch, n) => ({ branch, commit: commitOf(n), isDefault: n === 0 }));
  if (sourceId === undefined) {
    await admin`
      insert into data_source (id, guru_id, kind, title, url, sha256, status)
      values (${id}, ${guru.id}, 'GITHUB_REPO', ${name}, ${`https://${name}`}, ${randomBytes(32)}, 'SUCCESS')`;
    await admin`
      insert into code_repository (source_id, guru_id, name, heads)
      values (${id}, ${guru.id}, ${name}, ${admin.json(heads)})`;
  }
  const [before] = await admin<{ generation: number }[]>`
    select generation from code_repository where source_id = ${id}`;
  const generation = (before?.generation ?? 0) + 1;
  const written = await writeSegments(admin, id, generation, files);
  await admin.begin(async (tx) => {
    await tx`update code_file set to_generation = ${generation}
      where source_id = ${id} and from_generation < ${generation} and to_generation is null`;
    await tx`update code_repository set generation = ${generation}, heads = ${admin.json(heads)}, tags = ${admin.json(tags)},
      basis = ${admin.json({ format: codeFormat })},
      files = ${written.files}, bytes = ${written.bytes}, indexed_at = now() where source_id = ${id}`;
  });
  const [row] = await admin<{ number: number }[]>`select number from code_repository where source_id = ${id}`;
  return {
    sourceId: id,
    number: row?.number ?? 0,
    name,
    guru,
    webUrl: null,
    branches: withTags(heads, tags),
    tagsNote: null,
    generation,
    isOutdated: false,
    ...written,
    indexedAt: new Date(),
    problem: null,
  };
}

async function writeSegments(
  admin: postgres.Sql,
  sourceId: string,
  generation: number,
  files: Iterable<CorpusFile>,
): Promise<{ files: number; bytes: number }> {
  const indexer = new SegmentIndexer();
  let rows: { file: CorpusFile; indexed: ReturnType<SegmentIndexer["add"]> }[] = [];
  const total = { files: 0, bytes: 0 };
  const flush = async () => {
    if (rows.length > 0) await writeSegment(admin, { sourceId, generation }, rows, indexer.finish());
    rows = [];
  };
  let parts = 0;
  for (const file of files) {
    // A part has 8 kB on average at least.
    const most = Math.floor(Buffer.byteLength(file.text) / 8_192) + 1;
    if (parts + most > mostPartsOfSegment) {
      await flush();
      parts = 0;
    }
    const indexed = indexer.add(file.text, languageOf(file.path, file.text), plainSymbols(file.text));
    parts += indexed.parts.length;
    rows.push({ file, indexed });
    total.files += 1;
    total.bytes += indexed.bytes;
  }
  await flush();
  return total;
}

async function writeSegment(
  admin: postgres.Sql,
  { sourceId, generation }: { sourceId: string; generation: number },
  rows: readonly { file: CorpusFile; indexed: ReturnType<SegmentIndexer["add"]> }[],
  postings: { buckets: number; data: Buffer[] },
): Promise<void> {
  const parts = rows.reduce((sum, { indexed }) => sum + indexed.parts.length, 0);
  const [segment] = await admin<{ id: number }[]>`
    insert into code_segment (source_id, parts, files, buckets, complete, format)
    values (${sourceId}, ${parts}, ${rows.length}, ${postings.buckets}, true, ${codeFormat}) returning id::float8 as id`;
  const segment_id = segment?.id ?? 0;
  let first_part = 0;
  const fileRows: object[] = [];
  const partRows: object[] = [];
  for (const [ordinal, { file, indexed }] of rows.entries()) {
    const { language, bytes, lines } = indexed;
    fileRows.push({
      ...{
        source_id: sourceId,
        segment_id,
        ordinal,
        path: file.path,
        language,
        branches: file.branches ?? 1,
      },
      ...{ blob: "0", bytes, lines, first_part, parts: indexed.parts.length, from_generation: generation },
    });
    for (const [n, part] of indexed.parts.entries())
      partRows.push({
        ...{ segment_id, ordinal: first_part + n, file_ordinal: ordinal, first_line: part.firstLine },
        ...{ byte_offset: part.byteOffset, bytes: part.bytes, content: part.content, symbols: part.symbols },
      });
    first_part += indexed.parts.length;
  }
  const postingRows = postings.data.map((data, bucket) => ({ segment_id, bucket, data }));
  await insertAll(admin, "code_file", fileRows);
  await insertAll(admin, "code_part", partRows);
  await insertAll(admin, "code_posting", postingRows);
}

async function insertAll(admin: postgres.Sql, table: string, rows: object[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 1_000)
    await admin`insert into ${admin(table)} ${admin(rows.slice(at, at + 1_000) as Record<string, never>[])}`;
}
