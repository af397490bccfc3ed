import "server-only";
import { and, eq, inArray } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { parseWebAddress, withoutCredentials } from "@/lib/platform/fetching/web-address";
import { startCrawlInput } from "../website-schemas";

/**
 * A maintainer has the pages of a site looked for. Nothing of the guru changes, so nothing is recorded: what is chosen of
 * the pages is, when it is added.
 */
export const startCrawl = command({
  name: "start-crawl",
  input: startCrawlInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceAdded,
  target: ({ input }) => ({ id: withoutCredentials(input.url) }),
  async run({ tx, input, principal, scope, enqueue }) {
    const url = addressOf(input.url);
    const { crawl, guru } = schema;
    // Two at once would both find no other.
    await tx.select({ id: guru.id }).from(guru).where(eq(guru.id, scope.guru.id)).for("no key update");
    const [other] = await tx
      .select({ id: crawl.id, url: crawl.url })
      .from(crawl)
      .where(and(eq(crawl.guruId, scope.guru.id), inArray(crawl.state, ["waiting", "running"])))
      .limit(1);
    if (other)
      throw refuse(
        "busy",
        `This guru is looking for the pages of ${other.url} already. Stop that, or wait for its end.`,
      );
    const { kind, maxPages } = input;
    const [made] = await tx
      .insert(crawl)
      .values({ guruId: scope.guru.id, kind, url, maxPages, createdBy: accountOf(principal) })
      .returning({ id: crawl.id });
    if (!made) throw new Error("no crawl made");
    await enqueue("crawl-website", { crawlId: made.id });
    return { value: { id: made.id, guru: scope.guru.slug }, targetId: made.id, audit: null };
  },
});

function addressOf(text: string): string {
  try {
    return parseWebAddress(text).href;
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error;
    throw refuse("invalid", error.message, { fieldErrors: { url: [error.message] } });
  }
}
