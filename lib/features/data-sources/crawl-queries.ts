import "server-only";
import { and, asc, count, desc, eq, gt, sql } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { isUuid } from "@/lib/platform/ids";

const recent = 10;
const pageSize = 200;

/** The last searches for pages of a guru, newest first. */
export const guruCrawls = query({
  allow: onGuru<{ guru: string }>("datasource:read", ({ guru }) => guru),
  async run({ db, scope }) {
    const { crawl } = schema;
    // Named in full: drizzle leaves the table's name out where it selects from one alone.
    const found = sql<number>`(select count(*)::int from crawl_url u
      where u.crawl_id = crawl.id and u.state = 'found')`;
    return db
      .select({
        id: crawl.id,
        kind: crawl.kind,
        url: crawl.url,
        state: crawl.state,
        note: crawl.note,
        createdAt: crawl.createdAt,
        found,
      })
      .from(crawl)
      .where(eq(crawl.guruId, scope.guru.id))
      .orderBy(desc(crawl.createdAt), desc(crawl.id))
      .limit(recent);
  },
});

/**
 * One search with a page of what it has met, in the order in which it met it.
 * @returns null when the guru has no such search
 */
export const crawlPages = query({
  allow: onGuru<{ guru: string; id: string; after?: number | undefined }>(
    "datasource:read",
    ({ guru }) => guru,
  ),
  async run({ db, input, scope }) {
    const { crawl, crawlUrl } = schema;
    if (!isUuid(input.id)) return null;
    const [search] = await db
      .select()
      .from(crawl)
      .where(and(eq(crawl.guruId, scope.guru.id), eq(crawl.id, input.id)));
    if (!search) return null;
    const isAdded = sql<boolean>`exists (select from data_source s
      where s.guru_id = ${scope.guru.id} and s.kind = 'WEBSITE' and s.url_key = crawl_url.url)`;
    const rows = await db
      .select({
        ordinal: crawlUrl.ordinal,
        url: crawlUrl.url,
        title: crawlUrl.title,
        state: crawlUrl.state,
        note: crawlUrl.note,
        isAdded,
      })
      .from(crawlUrl)
      .where(and(eq(crawlUrl.crawlId, search.id), gt(crawlUrl.ordinal, input.after ?? -1)))
      .orderBy(asc(crawlUrl.ordinal))
      .limit(pageSize + 1);
    const counts = await db
      .select({ state: crawlUrl.state, n: count() })
      .from(crawlUrl)
      .where(eq(crawlUrl.crawlId, search.id))
      .groupBy(crawlUrl.state);
    const of = (state: string) => counts.find((row) => row.state === state)?.n ?? 0;
    const pages = rows.slice(0, pageSize);
    return {
      guru: scope.guru,
      search,
      pages,
      counts: { known: of("known"), found: of("found"), refused: of("refused") },
      next: rows.length > pageSize ? (pages.at(-1)?.ordinal ?? null) : null,
    };
  },
});
