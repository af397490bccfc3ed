import "server-only";
import { and, eq, inArray, ne } from "drizzle-orm";
import type { Change } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";
import type { SourceSettings } from "@/lib/db/schema/gurus";
import { cleanText } from "@/lib/platform/clean-text";
import { type Head, ifTag, readHeads, sameHeads } from "./git/branches";
import type { Learnt } from "./indexing/learnt";
import { maxTitle } from "./schemas";

type Row = typeof schema.dataSource.$inferSelect;

/**
 * Turns what a run has learnt into columns and into the event's changes, before and after.
 * @param source its row, locked
 */
export async function applyLearnt(
  tx: Tx,
  source: Row,
  learnt: Learnt,
): Promise<{ values: Partial<Row>; changes: Change[] }> {
  const values: Partial<Row> = {};
  const changes: Change[] = [];
  const title = learnt.title === undefined ? null : await freeTitle(tx, source, learnt.title);
  if (title !== null && title !== source.title) {
    values.title = title;
    changes.push({ field: "title", before: source.title, after: title });
  }
  if (learnt.sizeBytes !== undefined && learnt.sizeBytes !== source.sizeBytes) {
    values.sizeBytes = learnt.sizeBytes;
    changes.push({ field: "size_bytes", before: source.sizeBytes, after: learnt.sizeBytes });
  }
  const before = source.sha256.toString("hex");
  if (learnt.sha256 !== undefined && learnt.sha256 !== before) {
    values.sha256 = Buffer.from(learnt.sha256, "hex");
    changes.push({ field: "sha256", before, after: learnt.sha256 });
  }
  const news = readNow(source.settings, learnt);
  return { values: { ...values, ...news.values }, changes: [...changes, ...news.changes] };
}

/** What a repository was read of: a commit where that is one branch's, else each branch's; never both. */
function readNow(before: SourceSettings, { commit, isTag, heads }: Learnt) {
  const changes: Change[] = [];
  const read = readHeads(before);
  const { commit: _commit, isTag: wasTag, heads: ofSeveral, ...settings } = before;
  if (commit !== undefined) {
    if (read.length > 1) changes.push({ field: "commits", before: inWords(read), after: null });
    const was = before.commit ?? (read.length === 1 ? read[0]?.commit : undefined) ?? null;
    if (commit !== was) changes.push({ field: "commit", before: was, after: commit });
    if (commit === before.commit && isTag === wasTag && ofSeveral === undefined) return { changes };
    return { changes, values: { settings: { ...settings, commit, ...ifTag(isTag) } } };
  }
  if (heads === undefined || (sameHeads(heads, read) && before.commit === undefined)) return { changes };
  const was = read.length > 0 ? inWords(read) : null;
  const is = inWords(heads);
  // Whether a name is a tag's may be all that is new.
  if (String(was) !== String(is)) changes.push({ field: "commits", before: was, after: is });
  return { changes, values: { settings: { ...settings, heads } } };
}

const inWords = (heads: readonly Head[]) =>
  heads.map(({ branch, commit }) => (branch === null ? commit : `${branch} ${commit}`));

/** Pages of one site often have one title: then it stands before the address. @returns null when it says nothing */
async function freeTitle(tx: Tx, source: Row, given: string): Promise<string | null> {
  const title = cleanText(given, maxTitle).trim();
  if (title === "") return null;
  const { dataSource } = schema;
  const wanted = [title, `${title} – ${source.url ?? source.id}`];
  const taken = await tx
    .select({ title: dataSource.title })
    .from(dataSource)
    .where(
      and(
        eq(dataSource.guruId, source.guruId),
        ne(dataSource.id, source.id),
        inArray(dataSource.title, wanted),
      ),
    );
  return wanted.find((one) => taken.every((row) => row.title !== one)) ?? source.title;
}
