import "server-only";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { itemKinds } from "@/lib/db/item-kinds";
import { systemOnly } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanJson } from "@/lib/platform/clean-text";
import { isUuid } from "@/lib/platform/ids";
import { addItem } from "../items/add-item";
import { keptItem } from "../items/kept-item";
import { knownItems } from "../items/known-items";
import { updateItem } from "../items/update-item";
import { countsIn, isOwn, lockForSystem } from "../syncing/runs";

/**
 * Keeps a page of what a run found: what is new becomes a source, what has changed is brought up to date, one event each;
 * both are indexed. In the same transaction the run comes forward: one that breaks off goes on behind this page, so that
 * nothing comes in twice.
 */
export const keepBackfilledItems = command({
  name: "keep-backfilled-items",
  input: z.strictObject({
    backfillJobId: z.string().refine(isUuid),
    claim: z.number().int(),
    kind: z.enum(itemKinds),
    /** Items on the page, those that have not changed too. */
    found: z.number().int().nonnegative(),
    /** Those that are new or may have changed. */
    items: z.array(keptItem),
    /** Where the next page begins; null = this was the last. */
    next: z.unknown(),
    /** The service itself gave nothing, not even what was left out. */
    isEmpty: z.boolean().optional(),
    /** Items that could not be read, on all pages so far. */
    leftOut: z.number().int().nonnegative(),
  }),
  allow: systemOnly,
  event: dataSourceAdded,
  target: ({ input }) => ({ id: input.backfillJobId }),
  // The run is tried again, and its end says what was wrong.
  onRefusal: async () => null,
  async run({ tx, input, enqueue }) {
    const locked = await lockForSystem(tx, input.backfillJobId);
    if (!locked || !isOwn(locked.job, input.claim)) return { value: { relieved: true }, audit: null };
    const { job, guru } = locked;
    const about = { tx, guru, kind: input.kind };
    const known = await knownItems(about, input.items);
    const facts = [];
    let added = 0;
    for (const each of input.items) {
      const row = known.get(each.key);
      const done = row ? await updateItem(about, row, each) : await addItem(about, each);
      if (!done) continue;
      if (!row) added += 1;
      facts.push({ ...done.fact, details: { ...done.fact.details, backfillJob: job.id } });
      await enqueue("index-item", { dataSourceId: done.id });
    }
    const { backfillJob } = schema;
    const { pages, empty } = countsIn(job.position);
    const position = {
      at: cleanJson(input.next ?? null),
      pages: pages + 1,
      empty: input.isEmpty ? empty + 1 : 0,
      leftOut: input.leftOut,
    };
    await tx
      .update(backfillJob)
      .set({
        runFound: job.runFound + input.found,
        runAdded: job.runAdded + added,
        runChanged: job.runChanged + facts.length - added,
        addedTotal: job.addedTotal + added,
        position,
        // Where nothing was found the run has not come forward.
        ...(input.found > 0 ? { attempts: 0 } : {}),
        heartbeatAt: sql`clock_timestamp()`,
      })
      .where(eq(backfillJob.id, job.id));
    const [first, ...others] = facts;
    return { value: { relieved: false }, audit: first ? [first, ...others] : null };
  },
});
