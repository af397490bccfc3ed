import {
  type AskedRequest,
  basic,
  type ContentServer,
  contentServer,
  type GivenAnswer,
} from "./content-server";

export const zendeskLogin = { email: "i.berg@halden.example", apiToken: "zendesk-token-e0c95d7724" };

export interface StandInTicket {
  id: number;
  subject: string;
  updated_at: string;
  status?: string;
  comments: { text: string; public?: boolean }[];
}
export interface StandInArticle {
  id: number;
  title: string;
  body: string;
  updated_at: string;
  draft?: boolean;
}

export interface StandInZendesk extends ContentServer {
  /** Of the account that signs in. */
  email: string;
  tickets: StandInTicket[];
  articles: StandInArticle[];
  pageSize: number;
  /** What `search/export` answers where it is not offered; null = it is. */
  exportStatus: 403 | 404 | null;
}

/** Zendesk's `users/me`, `search/export`, `search`, `tickets/{id}/comments`, and the help center's articles and their search. */
export async function startZendesk(login = zendeskLogin): Promise<StandInZendesk> {
  const server = await contentServer(basic(`${login.email}/token`, login.apiToken), (request) =>
    answerOf(zendesk, request),
  );
  const zendesk: StandInZendesk = Object.assign(server, {
    email: login.email,
    tickets: [],
    articles: [],
    pageSize: 100,
    exportStatus: null,
  });
  return zendesk;
}

function answerOf(zendesk: StandInZendesk, { path, query }: AskedRequest): GivenAnswer | undefined {
  if (path === "/api/v2/users/me")
    return { json: { user: { id: 35436, name: "Ida Berg", email: zendesk.email, role: "agent" } } };
  const [, ticketId] = /^\/api\/v2\/tickets\/(\d+)\/comments$/.exec(path) ?? [];
  if (ticketId !== undefined) return commentsOf(zendesk, Number(ticketId), query);
  switch (path) {
    case "/api/v2/search/export":
      if (zendesk.exportStatus === null) return exported(zendesk, query);
      return { status: zendesk.exportStatus, json: { error: "Not offered." } };
    case "/api/v2/search":
      return ticketsSearched(zendesk, query);
    case "/api/v2/help_center/articles":
      return listed(zendesk, query);
    case "/api/v2/help_center/articles/search":
      return searched(zendesk, query);
  }
  return undefined;
}

const unprocessable = (description: string): GivenAnswer => ({
  status: 422,
  json: { error: "invalid", description },
});

const isNoSearch = (words: string) => /created[<>]\D/.test(words);
const noSearch = unprocessable("Invalid search: created takes a date");
const ticketsJson = ({ tickets }: StandInZendesk) =>
  tickets.map(({ comments: _, ...ticket }) => ({ ...ticket, tags: ["howto"] }));

function exported(zendesk: StandInZendesk, query: URLSearchParams): GivenAnswer {
  const words = query.get("query") ?? "";
  if (query.get("filter[type]") !== "ticket") return unprocessable("filter[type] is required");
  if (isNoSearch(words)) return noSearch;
  const { items, meta } = byCursor(ticketsJson(zendesk), query, zendesk.pageSize);
  return { json: { results: items, meta, links: {}, facets: null } };
}

function commentsOf(zendesk: StandInZendesk, id: number, query: URLSearchParams): GivenAnswer | undefined {
  const ticket = zendesk.tickets.find((each) => each.id === id);
  if (!ticket) return undefined;
  const all = ticket.comments.map(({ text, public: isPublic = true }, at) => ({
    id: at,
    plain_body: text,
    public: isPublic,
  }));
  const { items, meta } = byCursor(all, query, zendesk.pageSize);
  return { json: { comments: items, meta } };
}

const articleJson = (zendesk: StandInZendesk) => (article: StandInArticle) => ({
  draft: false,
  ...article,
  html_url: `${zendesk.url}/hc/en-us/articles/${article.id}`,
});

function listed(zendesk: StandInZendesk, query: URLSearchParams): GivenAnswer {
  const { items, meta } = byCursor(zendesk.articles.map(articleJson(zendesk)), query, zendesk.pageSize);
  return { json: { articles: items, meta } };
}

function searched(zendesk: StandInZendesk, query: URLSearchParams): GivenAnswer {
  const word = (query.get("query") ?? "").toLowerCase();
  const found = zendesk.articles.filter(({ title, body }) => `${title} ${body}`.toLowerCase().includes(word));
  return byNumber(zendesk, found.map(articleJson(zendesk)), query);
}

function ticketsSearched(zendesk: StandInZendesk, query: URLSearchParams): GivenAnswer {
  const [, words] = /^type:ticket (.+)$/.exec(query.get("query") ?? "") ?? [];
  if (words === undefined || isNoSearch(words)) return noSearch;
  const found = ticketsJson(zendesk).map((ticket) => ({ ...ticket, result_type: "ticket" }));
  return byNumber(zendesk, found, query);
}

/** Results that a search gives, on all its pages; whoever asks for more is refused. */
const mostSearched = 1_000;

function byNumber(zendesk: StandInZendesk, found: object[], query: URLSearchParams): GivenAnswer {
  const size = Math.min(Number(query.get("per_page") ?? 100), zendesk.pageSize, 100);
  const page = Number(query.get("page") ?? 1);
  const from = (page - 1) * size;
  if (from >= mostSearched)
    return unprocessable("Requested response size was greater than Search Response Limits");
  const more = page * size < found.length;
  return {
    json: {
      results: found.slice(from, page * size),
      count: found.length,
      next_page: more ? `${zendesk.url}/api/v2/search?page=${page + 1}` : null,
    },
  };
}

function byCursor<T>(all: T[], query: URLSearchParams, most: number) {
  const size = Math.min(Number(query.get("page[size]") ?? 100), most);
  const from = Number(query.get("page[after]") ?? 0);
  const more = from + size < all.length;
  return {
    items: all.slice(from, from + size),
    meta: { has_more: more, after_cursor: more ? String(from + size) : null, before_cursor: null },
  };
}
