import { createHash, randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { db, schema } from "@/lib/db/client";
import { codeFormat } from "@/lib/platform/code/format";
import { SegmentIndexer } from "@/lib/platform/code/indexing/segment-indexer";
import { languageOf } from "@/lib/platform/code/languages";

/** Functions and classes that begin a line or stand right behind a semicolon: enough to look for definitions. */
function symbolsOf(text: string) {
  return text.split("\n").flatMap((line, at) =>
    [...line.matchAll(/(?<=^|;)(?:export )?(function|class) (#?\w+[?!]?)/g)].map((found) => {
      const [all, kind = "", name = ""] = found;
      const column = found.index + all.length - name.length + 1;
      return { name, kind, parent: null, line: at + 1, column };
    }),
  );
}

interface Repository {
  /** "host/owner/name". */
  name: string;
  /** By path. */
  files: Record<string, string>;
  /** Those that are only of a second branch, `next`. */
  next?: Record<string, string>;
  /** By commit. */
  tags?: { name: string; commit: string }[];
  webUrl?: string | null;
}

const commit = (text: string) => createHash("sha1").update(text).digest("hex");
export const mainCommit = commit("main");
export const nextCommit = commit("next");

/** A repository of a guru whose code is indexed, behind the commands' back. @returns the id of its source */
export async function codeIn(
  guruId: string,
  { name, files, next, tags = [], webUrl = `https://${name}` }: Repository,
): Promise<string> {
  const [source] = await db()
    .insert(schema.dataSource)
    .values({
      guruId,
      kind: "GITHUB_REPO",
      title: name,
      url: `https://${name}`,
      urlKey: `${name} ${randomUUID()}`,
      sha256: Buffer.alloc(32),
      status: "SUCCESS",
    })
    .returning({ id: schema.dataSource.id });
  if (!source) throw new Error("no source was made");
  const sourceId = source.id;
  const heads = [
    { branch: "main", commit: mainCommit, isDefault: true },
    ...(next ? [{ branch: "next", commit: nextCommit, isDefault: false }] : []),
  ];
  const indexer = new SegmentIndexer();
  const [segment] = await db()
    .insert(schema.codeSegment)
    .values({ sourceId, format: codeFormat })
    .returning();
  if (!segment) throw new Error("no segment was made");
  const segmentId = segment.id;
  const all = [
    ...Object.entries(files).map(([path, text]) => ({ path, text, branches: 1 })),
    ...Object.entries(next ?? {}).map(([path, text]) => ({ path, text, branches: 2 })),
  ];
  let parts = 0;
  let bytes = 0;
  for (const [ordinal, { path, text, branches }] of all.entries()) {
    const { parts: its, ...about } = indexer.add(text, languageOf(path, text), symbolsOf(text));
    const blob = commit(text);
    await db()
      .insert(schema.codeFile)
      .values({
        ...{ sourceId, segmentId, ordinal, path, branches, blob },
        ...{ ...about, firstPart: parts, parts: its.length, fromGeneration: 1 },
      });
    for (const [at, part] of its.entries())
      await db()
        .insert(schema.codePart)
        .values({ ...part, segmentId, ordinal: parts + at, fileOrdinal: ordinal });
    parts += its.length;
    bytes += about.bytes;
  }
  const postings = indexer.finish();
  for (const [bucket, data] of postings.data.entries())
    await db().insert(schema.codePosting).values({ segmentId, bucket, data });
  await db()
    .update(schema.codeSegment)
    .set({ parts, files: all.length, buckets: postings.buckets, complete: true })
    .where(eq(schema.codeSegment.id, segmentId));
  await db()
    .insert(schema.codeRepository)
    .values({
      ...{ sourceId, guruId, name, webUrl, heads, tags, generation: 1, files: all.length, bytes },
      basis: { format: codeFormat },
      indexedAt: new Date("2026-11-20T10:00:00Z"),
    });
  return sourceId;
}
