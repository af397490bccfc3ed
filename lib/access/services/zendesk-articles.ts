import "server-only";
import { z } from "zod";
import type { ItemPage, ServiceItem } from "./items";
import type { ServiceCaller } from "./service-call";
import { inSmallerPages } from "./smaller-pages";
import { afterOf, meta, nextAfter, searchPage } from "./zendesk-pages";

const article = z.object({
  id: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  html_url: z.string().nullish(),
  draft: z.boolean().nullish(),
  updated_at: z.string(),
});
type Article = z.infer<typeof article>;
const listed = z.object({ articles: z.array(article), meta });

/**
 * Articles of the help center: all of them, by their cursor, or what a search finds.
 * @param query empty = all of them
 * @param at as the page before said; null = from the start
 * @param size articles on a page
 * @throws ServiceTrouble
 */
export async function articlePage(
  zendesk: ServiceCaller,
  baseUrl: string,
  query: string,
  at: unknown,
  size: number,
): Promise<ItemPage> {
  const itemsOf = (articles: Article[]) =>
    articles.filter(({ draft }) => !draft).map((each) => articleItem(baseUrl, each));
  if (query === "") {
    const page = await inSmallerPages(size, (most) =>
      zendesk.json({
        path: "/api/v2/help_center/articles",
        query: { "page[size]": most, "page[after]": afterOf(at) },
        answer: listed,
      }),
    );
    return { items: itemsOf(page.articles), next: nextAfter(page.meta), isEmpty: page.articles.length === 0 };
  }
  const search = { path: "/api/v2/help_center/articles/search", query: { query }, result: article };
  const { results, ...page } = await searchPage(zendesk, search, at, size);
  return { ...page, items: itemsOf(results) };
}

function articleItem(baseUrl: string, { id, title, body, html_url, updated_at }: Article): ServiceItem {
  return {
    key: `article ${id}`,
    title,
    url: html_url ?? `${baseUrl}/hc/articles/${id}`,
    version: updated_at,
    content: async () => ({ format: "html", text: body ?? "" }),
  };
}
