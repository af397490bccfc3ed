import "server-only";
import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { dataSourceIndexed } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { systemOnly } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { enqueueIn } from "@/lib/gate/enqueue";
import { endingRun, runInput } from "../indexing/ending-run";
import { learnt } from "../indexing/learnt";
import { noProgress } from "../indexing/progress";
import { applyLearnt } from "../learnt-facts";
import { rereadAfter } from "../rereading/schedule";
import { sourceFact } from "../source-facts";

/**
 * Ends a run well: from this commit on its passages are quoted, and those of the run before are gone. A run that was
 * overtaken, or whose source is gone, changes and records nothing.
 */
export const completeIndexing = command({
  name: "complete-indexing",
  input: runInput.extend({ passages: z.number().int().positive(), learnt: learnt.optional() }),
  allow: systemOnly,
  event: dataSourceIndexed,
  target: ({ input }) => ({ id: input.dataSourceId }),
  // The job tries again; the run that is given up in the end records the failure itself.
  onRefusal: async () => null,
  async run({ tx, input }) {
    const found = await endingRun(tx, input);
    if (!found) return { value: { overtaken: true }, audit: null };
    const { source, guru } = found;
    const { dataSource, passage, passageWord } = schema;
    const news = await applyLearnt(tx, source, input.learnt ?? {});
    const { unreached: _isOver, ...settings } = news.values.settings ?? source.settings;
    await tx.execute(sql`set local statement_timeout = '120s'`);
    await tx
      .update(dataSource)
      .set({
        status: "SUCCESS",
        error: null,
        passages: input.passages,
        shownRun: input.run,
        progressBytes: source.sizeBytes,
        ...noProgress,
        ...news.values,
        settings,
        nextReadAt: rereadAfter(source.kind),
        indexedAt: sql`gurulog_now()`,
      })
      .where(eq(dataSource.id, source.id));
    await tx.delete(passage).where(and(eq(passage.dataSourceId, source.id), ne(passage.run, input.run)));
    await tx
      .delete(passageWord)
      .where(and(eq(passageWord.dataSourceId, source.id), ne(passageWord.run, input.run)));
    if (source.kind === "GITHUB_REPO") await enqueueIn(tx, "index-code", { dataSourceId: source.id });
    const { target, label } = sourceFact({ ...source, ...news.values }, guru);
    const changes = [
      { field: "status", before: source.status, after: "SUCCESS" },
      { field: "passages", before: source.passages, after: input.passages },
      ...news.changes,
    ];
    return {
      value: { overtaken: false },
      audit: { ...(target ? { target } : {}), label, guru, changes, details: { passages: input.passages } },
    };
  },
});
