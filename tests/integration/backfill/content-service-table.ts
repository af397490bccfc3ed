import type { IntegrationType } from "@/lib/access/integration-types";
import { confluenceClient } from "@/lib/access/services/confluence";
import type { ContentClient, ItemQuery } from "@/lib/access/services/items";
import { jiraClient } from "@/lib/access/services/jira";
import type { CallLimits, ServiceAccess } from "@/lib/access/services/service-call";
import { zendeskClient } from "@/lib/access/services/zendesk";
import { confluenceLogin, startConfluence } from "@/tests/support/stand-ins/confluence";
import type { AskedRequest, ContentServer } from "@/tests/support/stand-ins/content-server";
import { jiraLogin, startJira } from "@/tests/support/stand-ins/jira";
import { startZendesk, zendeskLogin } from "@/tests/support/stand-ins/zendesk";

/** A service that gives content, as the tests that hold for each of them know it. */
export interface ContentService {
  name: string;
  type: IntegrationType;
  login: { email: string; apiToken: string };
  start: () => Promise<ContentServer>;
  client: (access: ServiceAccess, limits?: CallLimits) => ContentClient;
  /** A query that it takes, and one that it does not, with what it says. */
  good: ItemQuery;
  bad: [ItemQuery, RegExp];
  account: string;
  /** Items named 1 to n, two on a page; where one is named `changed`, with another text and version. */
  fill: (server: ContentServer, n: number, changed?: number) => void;
  /** Is a page of items asked for, and not one item, to try a query? */
  isPage: (request: AskedRequest) => boolean;
}

const asked = (query: string, contentType: ItemQuery["contentType"] = null): ItemQuery => ({
  query,
  contentType,
  days: null,
});
const pages = (wanted: string, size: string) => ({
  isPage: ({ path, query }: AskedRequest) => path === wanted && query.get(size) !== "1",
});
/** What is said in the nth item, which is another where it has changed. */
export const wordsOf = (nth: number, changed?: number) =>
  nth === changed ? `The valve ${nth} is shut by hand now.` : `The valve ${nth} opens by itself.`;
const versionOf = (nth: number, changed?: number) => (nth === changed ? 2 : 1);
const filled =
  (field: string, item: (nth: number, changed?: number) => object): ContentService["fill"] =>
  (server, n, changed) =>
    Object.assign(server, {
      pageSize: 2,
      [field]: Array.from({ length: n }, (_, at) => item(at + 1, changed)),
    });

export const contentServices: ContentService[] = [
  {
    name: "Jira",
    type: "JIRA",
    login: jiraLogin,
    start: startJira,
    client: jiraClient,
    good: asked("project = DOCS"),
    bad: [asked("project is what"), /Jira cannot use what was asked\. It says: Error in the JQL Query/],
    account: "Ida Berg",
    fill: filled("issues", (nth, changed) => ({
      ...{ id: `${nth}`, key: `DOCS-${nth}`, summary: `Item ${nth}` },
      updated: `${versionOf(nth, changed)}`,
      description: `<p>${wordsOf(nth, changed)}</p>`,
    })),
    ...pages("/rest/api/3/search/jql", "maxResults"),
  },
  {
    name: "Confluence",
    type: "CONFLUENCE",
    login: confluenceLogin,
    start: startConfluence,
    client: confluenceClient,
    good: asked("space = DOCS"),
    bad: [asked("all of it"), /It says: Could not parse cql : all of it/],
    account: "Ida Berg",
    fill: filled("pages", (nth, changed) => ({
      ...{ id: `${nth}`, title: `Item ${nth}`, version: versionOf(nth, changed) },
      html: `<p>${wordsOf(nth, changed)}</p>`,
    })),
    ...pages("/wiki/rest/api/search", "limit"),
  },
  {
    name: "Zendesk tickets",
    type: "ZENDESK",
    login: zendeskLogin,
    start: startZendesk,
    client: zendeskClient,
    good: asked("status:solved", "tickets"),
    bad: [asked("created>yesterday", "tickets"), /It says: Invalid search: created takes a date/],
    account: zendeskLogin.email,
    fill: filled("tickets", (nth, changed) => ({
      ...{ id: nth, subject: `Item ${nth}`, updated_at: `${versionOf(nth, changed)}` },
      comments: [{ text: wordsOf(nth, changed) }],
    })),
    ...pages("/api/v2/search/export", "page[size]"),
  },
  {
    name: "Zendesk articles",
    type: "ZENDESK",
    login: zendeskLogin,
    start: startZendesk,
    client: zendeskClient,
    good: asked("", "articles"),
    bad: [asked("type:ticket x", "tickets"), /Leave out type:/],
    account: zendeskLogin.email,
    fill: filled("articles", (nth, changed) => ({
      ...{ id: nth, title: `Item ${nth}`, updated_at: `${versionOf(nth, changed)}` },
      body: `<p>${wordsOf(nth, changed)}</p>`,
    })),
    ...pages("/api/v2/help_center/articles", "page[size]"),
  },
];
