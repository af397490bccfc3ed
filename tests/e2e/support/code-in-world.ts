import { deflateRawSync } from "node:zlib";
import type { Admin } from "./roles-database";

/** The name of the repository of a guru. */
export const repositoryOf = (slug: string): string => `git.example.com/team/${slug}`;

/** The path of its one file. */
export const pathOf = (slug: string): string => `notes/${slug}.md`;

/**
 * Gives a guru a repository with one file of this text, as its index would have it. By SQL, and of a source that was
 * never read: no worker takes it up.
 */
export async function addCode(admin: Admin, guruId: string, slug: string, text: string): Promise<void> {
  const name = repositoryOf(slug);
  const bytes = Buffer.byteLength(text);
  await admin.begin(async (tx) => {
    const [source] = await tx<{ id: string }[]>`
      insert into data_source (guru_id, kind, title, url, sha256, status)
      values (${guruId}, 'GITHUB_REPO', ${name}, ${`https://${name}`}, '\\x00', 'SUCCESS') returning id`;
    const id = source?.id ?? "";
    const heads = [{ branch: "main", commit: "0".repeat(40), isDefault: true }];
    await tx`
      insert into code_repository (source_id, guru_id, name, heads, generation, files, bytes, indexed_at)
      values (${id}, ${guruId}, ${name}, ${tx.json(heads)}, 1, 1, ${bytes}, now())`;
    const [segment] = await tx<{ id: number }[]>`
      insert into code_segment (source_id, parts, files, buckets, complete) values (${id}, 1, 1, 1, true) returning id`;
    const segmentId = segment?.id ?? 0;
    await tx`
      insert into code_file (source_id, segment_id, ordinal, path, language, branches, blob, bytes, lines, first_part, parts,
        from_generation)
      values (${id}, ${segmentId}, 0, ${pathOf(slug)}, 'Markdown', 1, ${"0".repeat(40)}, ${bytes}, 1, 0, 1, 1)`;
    await tx`
      insert into code_part (segment_id, ordinal, file_ordinal, first_line, byte_offset, bytes, content)
      values (${segmentId}, 0, 0, 1, 0, ${bytes}, ${deflateRawSync(Buffer.from(text))})`;
  });
}
