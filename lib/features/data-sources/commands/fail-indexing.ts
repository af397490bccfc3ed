import "server-only";
import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { dataSourceIndexFailed } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { systemOnly } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { endingRun, runInput } from "../indexing/ending-run";
import { noProgress } from "../indexing/progress";
import { rereadAfter } from "../rereading/schedule";
import { sourceFact } from "../source-facts";

/** UTF-16 units of a reason. */
export const maxReasonLength = 500;

/**
 * Ends a run badly, with the reason in words. Passages of an earlier run that went well go on answering; what this one
 * kept is of no use to anybody.
 */
export const failIndexing = command({
  name: "fail-indexing",
  input: runInput.extend({ message: z.string().min(1).max(maxReasonLength) }),
  allow: systemOnly,
  event: dataSourceIndexFailed,
  target: ({ input }) => ({ id: input.dataSourceId }),
  async run({ tx, input }) {
    const found = await endingRun(tx, input);
    if (!found) return { value: { overtaken: true }, audit: null };
    const { source, guru } = found;
    const { dataSource, passage, passageWord } = schema;
    const message = cleanText(input.message);
    await tx.execute(sql`set local statement_timeout = '120s'`);
    await tx
      .update(dataSource)
      .set({ status: "FAIL", error: message, nextReadAt: rereadAfter(source.kind), ...noProgress })
      .where(eq(dataSource.id, source.id));
    await tx
      .delete(passage)
      .where(and(eq(passage.dataSourceId, source.id), ne(passage.run, source.shownRun)));
    await tx
      .delete(passageWord)
      .where(and(eq(passageWord.dataSourceId, source.id), ne(passageWord.run, source.shownRun)));
    const { target, label } = sourceFact(source, guru);
    const changes = [{ field: "status", before: source.status, after: "FAIL" }];
    return {
      value: { overtaken: false },
      audit: { ...(target ? { target } : {}), label, guru, changes, details: { message } },
    };
  },
});
