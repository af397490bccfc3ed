import { inflated } from "@/lib/features/code-search/engine/inflate-together";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { clearDeadCode } from "@/lib/features/data-sources/code-index/runs";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { foldText } from "@/lib/platform/code/fold";
import { bucketOf, readPosting } from "@/lib/platform/code/postings";
import { literalKeys } from "@/lib/platform/code/trigrams";
import { serveGit, type TestRepository } from "../network-sources/git-server";
import { indexed, product, repositorySource } from "../network-sources/harness";

/** A source of the repository, read, and its code indexed. */
export async function codeOf(repository: TestRepository, more: Record<string, string> = {}): Promise<string> {
  const host = await serveGit(repository);
  const id = await repositorySource(`${host.origin}/team/handbook.git`, more);
  await indexed(id);
  await indexCode({ dataSourceId: id });
  return id;
}

/** Looks whether the host has something new, reads that, and indexes its code. */
export async function lookAgain(id: string): Promise<void> {
  await rereadRepository({ dataSourceId: id });
  await indexed(id);
  await indexCode({ dataSourceId: id });
}

export async function repositoryRow(id: string) {
  const [row] = await product.admin`select * from code_repository where source_id = ${id}`;
  if (!row) throw new Error("no such repository");
  return row;
}

export const segmentsOf = async (id: string): Promise<number[]> =>
  (await product.admin`select id::int from code_segment where source_id = ${id} order by id`).map(
    (row) => row.id,
  );

/** The files that a reader sees now. */
export const filesOf = (id: string) => product.admin`
  select f.path, f.blob, f.branches, f.language, f.lines, f.bytes, f.parts, f.first_part, f.segment_id::int, f.id::int
  from code_file f join code_repository r using (source_id)
  where source_id = ${id} and is_text and from_generation <= r.generation
    and (to_generation is null or to_generation > r.generation) order by path, branches`;

/** Deletes what has ended, as after the minutes in which somebody may still read it. */
export async function clearedLater(id: string): Promise<void> {
  await product.admin`
    update code_repository set indexed_at = indexed_at - interval '11 minutes' where source_id = ${id}`;
  await clearDeadCode(id);
}

/** The text of a file as the index has it. */
export async function textOf(file: Record<string, unknown>): Promise<string> {
  const parts = await product.admin`
    select content from code_part where segment_id = ${Number(file.segment_id)}
      and ordinal >= ${Number(file.first_part)} and ordinal < ${Number(file.first_part) + Number(file.parts)}
    order by ordinal`;
  return Buffer.concat(parts.map(({ content }) => inflated(content))).toString();
}

/** The paths whose parts have all keys of a literal, of files that are shown. */
export async function pathsNaming(id: string, literal: string): Promise<string[]> {
  const found = new Set<string>();
  const files = await filesOf(id);
  const segments = await product.admin`select id::int, buckets from code_segment where source_id = ${id}`;
  for (const segment of segments) {
    const lists: Set<number>[] = [];
    for (const key of literalKeys(foldText(literal))) {
      const [row] = await product.admin`
        select data from code_posting where segment_id = ${segment.id} and bucket = ${bucketOf(key, segment.buckets)}`;
      lists.push(new Set((row && readPosting(row.data, key)) ?? []));
    }
    for (const part of lists[0] ?? [])
      if (lists.every((list) => list.has(part)))
        for (const file of files)
          if (
            file.segment_id === segment.id &&
            part >= file.first_part &&
            part < file.first_part + file.parts
          )
            found.add(file.path);
  }
  return [...found].sort();
}
