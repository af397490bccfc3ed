import "server-only";
import { eq, sql } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import type { CodeHead } from "@/lib/db/schema/code";
import { cleanText } from "@/lib/platform/clean-text";
import type { Plan } from "./plan";
import { type CodeRun, maxProblemLength, whileMine } from "./runs";
import { type TagsKnown, tagColumns } from "./tags";

/** What is known of an index besides its files. */
interface Shown {
  heads: CodeHead[];
  /** What is not in it, in words for a person. */
  note: string | null;
  /** The default branch as the host told of it; left out where it did not. */
  told?: string | undefined;
  tags: TagsKnown;
}

/**
 * Ends a run well: from this commit on readers read what it has written. What it replaces stays for those who began to read
 * before, until the next run or the cleanup.
 */
export async function showGeneration(
  run: CodeRun,
  plan: Plan,
  { heads, note, told, tags }: Shown,
): Promise<void> {
  const generation = run.shown + 1;
  const sourceId = run.source.id;
  const { codeRepository } = schema;
  const before = run.before === null ? null : JSON.stringify(run.before);
  await whileMine(run, async (tx) => {
    await tx.execute(sql`set local statement_timeout = '120s'`);
    await tx.execute(sql`
      insert into code_file (source_id, segment_id, ordinal, path, language, branches, blob, bytes, lines, first_part, parts,
        is_text, from_generation)
      select f.source_id, f.segment_id, f.ordinal, f.path, f.language, m.branches, f.blob, f.bytes, f.lines, f.first_part,
        f.parts, f.is_text, ${generation}
      from jsonb_to_recordset(${JSON.stringify(plan.moved)}::text::jsonb) as m(id bigint, branches int)
      join code_file f on f.id = m.id`);
    await tx.execute(sql`
      update code_file set to_generation = ${generation} where source_id = ${sourceId}
        and id in (select jsonb_array_elements_text(${JSON.stringify(plan.ended)}::text::jsonb)::bigint)`);
    const [sums] = await tx.execute<{ files: number; bytes: number }>(sql`
      select (count(*) filter (where is_text))::int as files, coalesce(sum(bytes), 0)::float8 as bytes from code_file
      where source_id = ${sourceId} and from_generation <= ${generation} and to_generation is null`);
    await tx
      .update(codeRepository)
      .set({
        generation,
        heads,
        ...tagColumns(tags),
        // What was asked for meanwhile is still to be done.
        basis: sql`case when ${codeRepository.basis} is not distinct from ${before}::text::jsonb
          then ${JSON.stringify(run.basis)}::text::jsonb else ${codeRepository.basis} end`,
        // What was not told is looked at the next time.
        defaultTold: told ?? null,
        files: sums?.files ?? 0,
        bytes: sums?.bytes ?? 0,
        indexedAt: sql`gurulog_now()`,
        problem: note === null ? null : cleanText(note, maxProblemLength),
        running: false,
        attempts: 0,
        nextTryAt: null,
      })
      .where(eq(codeRepository.sourceId, sourceId));
  });
}
