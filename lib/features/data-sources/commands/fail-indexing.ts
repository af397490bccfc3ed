import "server-only";
import { eq } from "drizzle-orm";
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

/** Ends a run badly, with the reason in words. Passages of an earlier run that went well go on answering. */
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
    const message = cleanText(input.message);
    await tx
      .update(schema.dataSource)
      .set({ status: "FAIL", error: message, nextReadAt: rereadAfter(source.kind), ...noProgress })
      .where(eq(schema.dataSource.id, source.id));
    const { target, label } = sourceFact(source, guru);
    const changes = [{ field: "status", before: source.status, after: "FAIL" }];
    return {
      value: { overtaken: false },
      audit: { ...(target ? { target } : {}), label, guru, changes, details: { message } },
    };
  },
});
