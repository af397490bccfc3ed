import "server-only";
import { and, eq, inArray, sql } from "drizzle-orm";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { stopCrawlInput } from "../website-schemas";

/** A maintainer stops a search for pages; what it has found stays. The search looks before each page or sitemap. */
export const stopCrawl = command({
  name: "stop-crawl",
  input: stopCrawlInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceAdded,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope }) {
    const { crawl } = schema;
    const [row] = await tx
      .update(crawl)
      .set({
        stopRequested: true,
        // One that nobody has begun ends here.
        state: sql`case when ${crawl.state} = 'waiting' then 'stopped' else ${crawl.state} end`,
        finishedAt: sql`case when ${crawl.state} = 'waiting' then gurulog_now() end`,
      })
      .where(
        and(
          eq(crawl.id, input.id),
          eq(crawl.guruId, scope.guru.id),
          inArray(crawl.state, ["waiting", "running"]),
        ),
      )
      .returning({ id: crawl.id });
    if (!row) throw refuse("not_found", "This search has ended, or is not there any more. Reload the page.");
    return { value: { id: row.id }, audit: null };
  },
});
