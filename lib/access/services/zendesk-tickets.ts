import "server-only";
import { z } from "zod";
import type { ItemPage, ServiceItem } from "./items";
import { pagesOf, type ServiceCaller } from "./service-call";
import { firstThere } from "./service-trouble";
import { inSmallerPages } from "./smaller-pages";
import { afterOf, isNumbered, meta, nextAfter, searchPage } from "./zendesk-pages";

/** Comments of one ticket. */
const mostComments = 500;

const ticket = z.object({
  id: z.number(),
  subject: z.string().nullish(),
  description: z.string().nullish(),
  status: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  updated_at: z.string(),
});
type Ticket = z.infer<typeof ticket>;
const exported = z.object({ results: z.array(ticket), meta });
const comment = z.object({
  plain_body: z.string().nullish(),
  body: z.string().nullish(),
  public: z.boolean(),
});
const comments = z.object({ comments: z.array(comment), meta: meta.optional() });

interface Found extends Omit<ItemPage, "items"> {
  results: Ticket[];
}

/**
 * Tickets that a search finds, with their public comments: by the search that gives all of them and, where Zendesk does not
 * offer it to the account, by the one that ends at 1,000.
 * @param at as the page before said; null = from the start
 * @param size tickets on a page
 * @throws ServiceTrouble
 */
export async function ticketPage(
  zendesk: ServiceCaller,
  baseUrl: string,
  query: string,
  at: unknown,
  size: number,
): Promise<ItemPage> {
  const byCursor = async (): Promise<Found> => {
    const { results, meta: beside } = await inSmallerPages(size, (most) =>
      zendesk.json({
        path: "/api/v2/search/export",
        query: { query, "filter[type]": "ticket", "page[size]": most, "page[after]": afterOf(at) },
        answer: exported,
      }),
    );
    return { results, next: nextAfter(beside), isEmpty: results.length === 0 };
  };
  const byNumber = (): Promise<Found> => {
    // What changes meanwhile keeps its place in this order.
    const ordered = { query: `type:ticket ${query}`, sort_by: "created_at", sort_order: "asc" };
    return searchPage(zendesk, { path: "/api/v2/search", query: ordered, result: ticket }, at, size);
  };
  const { results, ...page } = await (at === null
    ? firstThere([byCursor, byNumber], ["forbidden", "not_found"])
    : isNumbered(at)
      ? byNumber()
      : byCursor());
  const items = results
    .filter(({ status }) => status !== "deleted")
    .map((each) => ticketItem(zendesk, baseUrl, each));
  return { ...page, items };
}

function ticketItem(zendesk: ServiceCaller, baseUrl: string, each: Ticket): ServiceItem {
  return {
    key: `ticket ${each.id}`,
    title: `#${each.id} ${each.subject?.trim() || `Ticket ${each.id}`}`,
    url: `${baseUrl}/agent/tickets/${each.id}`,
    version: each.updated_at,
    content: async () => ({
      format: "markdown",
      text: ticketText(each, await publicComments(zendesk, each.id)),
    }),
  };
}

/** What agents say among themselves stays there. */
async function publicComments(zendesk: ServiceCaller, id: number): Promise<string[]> {
  const all: z.infer<typeof comment>[] = [];
  const pages = pagesOf<z.infer<typeof comment>, string>("", async (at) => {
    const page = await zendesk.json({
      path: `/api/v2/tickets/${id}/comments`,
      query: { "page[size]": 100, "page[after]": at || undefined },
      answer: comments,
    });
    return { items: page.comments, next: page.meta ? (nextAfter(page.meta)?.after ?? null) : null };
  });
  for await (const page of pages) {
    all.push(...page);
    if (all.length >= mostComments) break;
  }
  return all.flatMap(({ plain_body, body, public: isPublic }) => {
    const text = (plain_body ?? body ?? "").trim();
    return isPublic && text !== "" ? [text] : [];
  });
}

function ticketText(each: Ticket, told: string[]): string {
  const facts = [
    each.status ? `Status: ${each.status}` : "",
    each.tags?.length ? `Tags: ${each.tags.join(", ")}` : "",
  ];
  const parts = told.map((text, at) => (at === 0 ? text : `## Reply ${at}\n\n${text}`));
  return [facts.filter((fact) => fact !== "").join(". "), ...parts]
    .filter((part) => part !== "")
    .join("\n\n");
}
