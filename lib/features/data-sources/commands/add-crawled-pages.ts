import "server-only";
import { and, asc, eq, inArray } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { addPages } from "../add-pages";
import { sourceFact } from "../source-facts";
import { addCrawledPagesInput } from "../website-schemas";

/** A maintainer makes sources of pages that a search has found: one source, one event and one job each. */
export const addCrawledPages = command({
  name: "add-crawled-pages",
  input: addCrawledPagesInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceAdded,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, principal, scope, enqueue }) {
    const { crawl, crawlUrl } = schema;
    const pages = await tx
      .select({ url: crawlUrl.url })
      .from(crawlUrl)
      .innerJoin(crawl, eq(crawl.id, crawlUrl.crawlId))
      .where(
        and(
          eq(crawl.id, input.id),
          eq(crawl.guruId, scope.guru.id),
          eq(crawlUrl.state, "found"),
          inArray(crawlUrl.ordinal, input.pages),
        ),
      )
      .orderBy(asc(crawlUrl.ordinal));
    if (pages.length !== input.pages.length)
      throw refuse(
        "not_found",
        "Not all of these pages are there any more, so none was added. Reload the page.",
      );
    const about = { guruId: scope.guru.id, createdBy: accountOf(principal) };
    const { results, made } = await addPages(
      tx,
      about,
      pages.map(({ url }) => url),
    );
    for (const source of made) await enqueue("index-website", { dataSourceId: source.id });
    const [first, ...others] = made.map((source) => sourceFact(source, scope.guru));
    if (!first) throw refuse("exists", "This guru has sources of all these pages already.");
    const existed = results.filter(({ status }) => status === "exists").length;
    return { value: { added: made.length, existed }, audit: [first, ...others] };
  },
});
