import "server-only";
import { and, asc, eq, gt, gte, isNotNull, isNull, lt, lte, or, sql } from "drizzle-orm";
import { type ReadDb, schema } from "@/lib/db/client";
import { isNamed } from "../revisions";
import { mostEntries, mostSymbols } from "../view-rules";
import { inflated } from "./inflate-together";
import type { CodeFile, FolderEntry, OutlineSymbol, VisibleRepository } from "./types";

type Reads = Pick<ReadDb, "select" | "execute">;

/** Bit of the branch that a revision names: a branch, a commit of one or a tag at it, or nothing for the default one. */
function headOf({ branches }: VisibleRepository, revision: string | null) {
  const n = branches.findIndex((branch) =>
    revision === null || revision === "" || revision === "HEAD"
      ? branch.isDefault
      : isNamed(branch, revision),
  );
  const branch = branches[n];
  return branch ? { bit: 1 << n, ...branch } : null;
}

function visibleIn(repository: VisibleRepository, bit: number) {
  const { codeFile } = schema;
  return and(
    eq(codeFile.sourceId, repository.sourceId),
    eq(codeFile.isText, true),
    lte(codeFile.fromGeneration, repository.generation),
    or(isNull(codeFile.toGeneration), gt(codeFile.toGeneration, repository.generation)),
    sql`${codeFile.branches} & ${bit} <> 0`,
  );
}

async function rowOf(db: Reads, repository: VisibleRepository, revision: string | null, path: string) {
  const head = headOf(repository, revision);
  // No path has a NUL, and the database takes none.
  if (!head || path.includes("\0")) return null;
  const { codeFile } = schema;
  const [row] = await db
    .select()
    .from(codeFile)
    .where(
      and(
        visibleIn(repository, head.bit),
        sql`md5(${codeFile.path}) = md5(${path})`,
        eq(codeFile.path, path),
      ),
    )
    .limit(1);
  return row ? { row, head } : null;
}

function partsOf({ segmentId, firstPart, parts }: typeof schema.codeFile.$inferSelect) {
  const { codePart } = schema;
  return and(
    eq(codePart.segmentId, segmentId),
    gte(codePart.ordinal, firstPart),
    lt(codePart.ordinal, firstPart + parts),
  );
}

/**
 * A file as it is searched.
 * @param revision name of a branch, its commit or a tag at it; null = the default branch
 * @returns null when there is none
 */
export async function readCodeFile(
  db: Reads,
  repository: VisibleRepository,
  path: string,
  revision: string | null,
): Promise<CodeFile | null> {
  const found = await rowOf(db, repository, revision, path);
  if (!found) return null;
  const { row, head } = found;
  const { codePart } = schema;
  const parts = await db
    .select({ content: codePart.content, bytes: codePart.bytes })
    .from(codePart)
    .where(partsOf(row))
    .orderBy(asc(codePart.ordinal));
  // Its generation was taken away between the two reads.
  if (parts.length < row.parts) return null;
  return {
    sourceId: repository.sourceId,
    path,
    revision: revision || head.name,
    commit: head.commit,
    language: row.language,
    bytes: row.bytes,
    lines: row.lines,
    text: parts.map(({ content, bytes }) => inflated(content, bytes).toString()).join(""),
  };
}

/** Whether there is a file of this path: a folder's entries may end before it. */
export async function hasFile(
  db: Reads,
  repository: VisibleRepository,
  path: string,
  revision: string | null,
): Promise<boolean> {
  return (await rowOf(db, repository, revision, path)) !== null;
}

/**
 * What stands in a folder: its folders first, then its files, 5,000 entries at most.
 * @param path without a slash at its ends; "" = the root
 * @returns null when there is no such folder
 */
export async function listFolder(
  db: Reads,
  repository: VisibleRepository,
  path: string,
  revision: string | null,
): Promise<FolderEntry[] | null> {
  const head = headOf(repository, revision);
  if (!head || path.includes("\0")) return null;
  const prefix = path === "" ? "" : `${path}/`;
  const { codeFile } = schema;
  const rows = await db.execute<{ name: string; is_folder: boolean }>(sql`
    select distinct split_part(rest, '/', 1) as name, position('/' in rest) > 0 as is_folder
    from (
      select substr(${codeFile.path}, ${[...prefix].length + 1}::int) as rest from ${codeFile}
      where ${visibleIn(repository, head.bit)} and starts_with(${codeFile.path}, ${prefix})
    ) inside
    order by is_folder desc, name limit ${mostEntries}::int`);
  if (rows.length === 0 && path !== "") return null;
  return [...rows].map(({ name, is_folder }) => ({
    name,
    path: `${prefix}${name}`,
    kind: is_folder ? "folder" : "file",
  }));
}

type SymbolRow = readonly [number, number, string, string, string | null, number];

/**
 * The symbols of a file in the order of its lines, 500 at most; columns as they are indexed.
 * @returns null when there is no such file
 */
export async function outlineOf(
  db: Reads,
  repository: VisibleRepository,
  path: string,
  revision: string | null,
): Promise<OutlineSymbol[] | null> {
  const found = await rowOf(db, repository, revision, path);
  if (!found) return null;
  const { codePart } = schema;
  const parts = await db
    .select({ symbols: codePart.symbols })
    .from(codePart)
    .where(and(partsOf(found.row), isNotNull(codePart.symbols)))
    .orderBy(asc(codePart.ordinal))
    .limit(mostSymbols);
  const outline: OutlineSymbol[] = [];
  for (const { symbols } of parts) {
    if (!symbols) continue;
    for (const [line, column, name, kind, parent] of JSON.parse(
      inflated(symbols).toString(),
    ) as SymbolRow[]) {
      if (outline.length >= mostSymbols) return outline;
      outline.push({ name, kind, parent, line, column });
    }
  }
  return outline;
}
