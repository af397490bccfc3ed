import "server-only";
import { and, eq, gt, inArray, isNull, lte, or, sql } from "drizzle-orm";
import { readDb, schema, type Tx } from "@/lib/db/client";
import type { CodeHead } from "@/lib/db/schema/code";
import { codeFormat } from "@/lib/platform/code/format";
import type { FoundFile } from "./files-of-heads";
import { type CodeRun, whileMine } from "./runs";

/** Segments that are small, and how many of them are made one: each costs a search some reads of its own. */
const smallParts = 1_024;
const mostSmall = 8;
const idsAtOnce = 10_000;

export interface WantedFile extends FoundFile {
  /** Bit n = of heads[n]. */
  branches: number;
}

/** What a run is to do, so that its generation has the files that are wanted, and no others. */
export interface Plan {
  /** Their text is to be read and written down. */
  read: WantedFile[];
  /** Rows of what is shown that end with the run. */
  ended: number[];
  /** The same parts as a row that ends, in other branches. */
  moved: { id: number; branches: number }[];
}

interface Row {
  id: number;
  path: string;
  blob: string;
  branches: number;
  segmentId: number;
  parts: number;
  segmentParts: number;
  format: number;
  fromGeneration: number;
}

const keyOf = ({ blob, path }: { blob: string; path: string }) => `${blob} ${path}`;

/** The files with the branches that have them. */
export function withBranches(files: readonly FoundFile[], heads: readonly CodeHead[]): WantedFile[] {
  return files.map((file) => {
    const branches = heads.reduce(
      (bits, { commit }, n) => bits | (file.commits.includes(commit) ? 1 << n : 0),
      0,
    );
    return { ...file, branches };
  });
}

/**
 * Compares what is wanted with what is there: files that are shown keep their parts, as do those that a run which crashed
 * has written. What of these nobody wants any more, or was written by a version that wrote another form, is taken away.
 */
export async function planRun(run: CodeRun, wanted: readonly WantedFile[]): Promise<Plan> {
  const rows = await rowsOf(run);
  const kept = new Map<string, Row>();
  const pending = new Map<string, Row>();
  const unwanted: number[] = [];
  for (const row of rows) {
    if (row.fromGeneration <= run.shown) kept.set(keyOf(row), row);
    else if (row.format === codeFormat) pending.set(keyOf(row), row);
    else unwanted.push(row.id);
  }
  const wantedKeys = new Map(wanted.map((file) => [keyOf(file), file]));
  const outdated = new Set<number>();
  for (const [key, row] of kept)
    if (row.format !== codeFormat || !wantedKeys.has(key) || pending.has(key)) outdated.add(row.id);
  const live = [...kept.values()].filter(({ id }) => !outdated.has(id));
  const anew = segmentsToRewrite(live);
  for (const row of live) if (anew.has(row.segmentId)) outdated.add(row.id);
  const plan: Plan = { read: [], ended: [...outdated], moved: [] };
  const remarked: Plan["moved"] = [];
  for (const [key, file] of wantedKeys) {
    const written = pending.get(key);
    const shown = kept.get(key);
    if (written) {
      if (written.branches !== file.branches) remarked.push({ id: written.id, branches: file.branches });
    } else if (!shown || outdated.has(shown.id)) plan.read.push(file);
    else if (shown.branches !== file.branches) {
      plan.ended.push(shown.id);
      plan.moved.push({ id: shown.id, branches: file.branches });
    }
  }
  for (const [key, row] of pending) if (!wantedKeys.has(key)) unwanted.push(row.id);
  await whileMine(run, (tx) => mendPending(tx, unwanted, remarked));
  return plan;
}

/** Nobody sees these rows yet. */
async function mendPending(tx: Tx, unwanted: number[], remarked: Plan["moved"]): Promise<void> {
  const { codeFile } = schema;
  await tx.execute(sql`set local statement_timeout = '120s'`);
  for (let at = 0; at < unwanted.length; at += idsAtOnce)
    await tx.delete(codeFile).where(inArray(codeFile.id, unwanted.slice(at, at + idsAtOnce)));
  if (remarked.length === 0) return;
  await tx.execute(sql`
    update code_file f set branches = m.branches
    from jsonb_to_recordset(${JSON.stringify(remarked)}::text::jsonb) as m(id bigint, branches int) where f.id = m.id`);
}

/** What is shown, and what runs that did not end have completed. */
async function rowsOf(run: CodeRun): Promise<Row[]> {
  const { codeFile, codeSegment } = schema;
  const { id, path, blob, branches, segmentId, parts, fromGeneration } = codeFile;
  const ofSegment = { segmentParts: codeSegment.parts, format: codeSegment.format };
  return readDb()
    .select({ id, path, blob, branches, segmentId, parts, fromGeneration, ...ofSegment })
    .from(codeFile)
    .innerJoin(codeSegment, and(eq(codeSegment.id, codeFile.segmentId), eq(codeSegment.complete, true)))
    .where(
      and(
        eq(codeFile.sourceId, run.source.id),
        or(
          gt(codeFile.fromGeneration, run.shown),
          and(lte(codeFile.fromGeneration, run.shown), isNull(codeFile.toGeneration)),
        ),
      ),
    );
}

/** Those in which more than half is dead, and small ones when there are many. */
function segmentsToRewrite(live: readonly Row[]): Set<number> {
  const segments = new Map<number, { live: number; all: number }>();
  for (const { segmentId, parts, segmentParts } of live) {
    const before = segments.get(segmentId)?.live ?? 0;
    segments.set(segmentId, { live: before + parts, all: segmentParts });
  }
  const anew = new Set<number>();
  for (const [id, { live, all }] of segments) if (live * 2 < all) anew.add(id);
  const small = [...segments].flatMap(([id, { live }]) => (live < smallParts ? [id] : []));
  if (small.length > mostSmall) for (const id of small) anew.add(id);
  return anew;
}
