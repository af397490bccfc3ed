import "server-only";
import { z } from "zod";
import { type ContentClient, escapeHtml, type ItemPage, type ItemQuery, type ServiceItem } from "./items";
import { type CallLimits, namelessAccount, type ServiceAccess, type ServiceCaller } from "./service-call";
import { firstThere, ServiceTrouble } from "./service-trouble";
import { inSmallerPages, tooLargeToRead } from "./smaller-pages";
import { tokenCaller } from "./token-caller";

/** With their texts; Confluence gives no more of these at a time. */
const pageSize = 25;

const currentUser = z.object({
  displayName: z.string().optional(),
  publicName: z.string().optional(),
  username: z.string().optional(),
});

const content = z.object({
  id: z.string(),
  type: z.string(),
  title: z.string(),
  space: z.object({ name: z.string().optional() }).nullish(),
  version: z.object({ number: z.number() }).nullish(),
  body: z.object({ view: z.object({ value: z.string() }).nullish() }).nullish(),
  _links: z.object({ webui: z.string().optional() }).nullish(),
});
const found = z.object({
  /** Also people, spaces and attachments, as the query asks; only what has a text of its own is read. */
  results: z.array(
    z.object({ content: z.unknown(), url: z.string().optional(), lastModified: z.string().optional() }),
  ),
  _links: z.object({ next: z.string().optional() }).optional(),
});

const position = z.object({ cursor: z.string().optional(), start: z.string().optional() });
const textTypes = new Set(["page", "blogpost"]);

/** Of Confluence Cloud, which shares its host with Jira. Data Center stands at the root, unless its address has a path. */
const cloudPath = "/wiki";

/**
 * Confluence: pages and blog posts that a CQL query finds, by version 1 of its API
 * (developer.atlassian.com/cloud/confluence/rest/v1), which Data Center has too.
 * @param access.baseUrl with the path under which it stands; where it has none, the check finds out
 * @param access.credentials `email` and `apiToken`; without an e-mail the token is a personal access token
 */
export function confluenceClient(access: ServiceAccess, limits: CallLimits = {}): ContentClient {
  const confluence = tokenCaller(access, limits, { service: "Confluence", problemIn });
  const isRoot = new URL(access.baseUrl).pathname === "/";
  const contextPath = isRoot ? (access.settings?.contextPath ?? cloudPath) : "";
  return {
    kind: "CONFLUENCE",
    async check() {
      const ask = (path: string) => async () => ({
        ...(await confluence.json({ path: `${path}/rest/api/user/current`, answer: currentUser })),
        ...(isRoot ? { contextPath: path } : {}),
      });
      const me = await firstThere(isRoot ? [ask(cloudPath), ask("")] : [ask("")]);
      const accountName = me.displayName ?? me.publicName ?? me.username ?? namelessAccount;
      return confluence.account({ ...me, accountName });
    },
    async checkQuery({ query }) {
      if (query === "") throw new ServiceTrouble("query", "Enter a CQL query, such as space = DOCS.");
      const path = `${contextPath}/rest/api/search`;
      await confluence.json({ path, query: { cql: query, limit: 1 }, answer: found });
      return { query, label: query };
    },
    page: (query, at) => pageOf(confluence, { baseUrl: access.baseUrl, contextPath }, query, at),
  };
}

interface Place {
  baseUrl: string;
  contextPath: string;
}

async function pageOf(
  confluence: ServiceCaller,
  place: Place,
  { query }: ItemQuery,
  at: unknown,
): Promise<ItemPage> {
  const from = at === null ? {} : position.parse(at);
  const ask = (limit: number, expand: string) =>
    confluence.json({
      path: `${place.contextPath}/rest/api/search`,
      query: { cql: query, limit, expand, ...from },
      answer: found,
    });
  const beside = "content.version,content.space";
  const whole = (size: number) => ask(size, `content.body.view,${beside}`);
  let isBare = false;
  const answer = await inSmallerPages(pageSize, whole, () => {
    isBare = true;
    return ask(1, beside);
  });
  const items = answer.results.flatMap((result) => {
    const one = content.safeParse(result.content);
    return one.success && textTypes.has(one.data.type)
      ? [
          {
            ...itemOf(place, one.data, result.lastModified ?? ""),
            ...(isBare ? { content: tooLargeToRead } : {}),
          },
        ]
      : [];
  });
  const { next } = answer._links ?? {};
  const isEmpty = answer.results.length === 0;
  return { items, next: next === undefined ? null : positionIn(next), isEmpty };
}

/** The next page is asked for by us, at the address that we know: of the link only its place is taken. */
function positionIn(link: string): z.infer<typeof position> {
  const origin = "https://confluence.invalid";
  if (!URL.canParse(link, origin))
    throw new ServiceTrouble("malformed", "Confluence names a next page by what is no address.");
  const parameters = new URL(link, origin).searchParams;
  const cursor = parameters.get("cursor");
  if (cursor !== null) return { cursor };
  const start = parameters.get("start");
  if (start !== null) return { start };
  throw new ServiceTrouble("malformed", "Confluence names a next page without saying where it begins.");
}

function itemOf(
  { baseUrl, contextPath }: Place,
  page: z.infer<typeof content>,
  lastModified: string,
): ServiceItem {
  const webPath = page._links?.webui ?? `/pages/viewpage.action?pageId=${encodeURIComponent(page.id)}`;
  const where = page.space?.name ? `<p>Space: ${escapeHtml(page.space.name)}</p>` : "";
  const text = `${where}\n${page.body?.view?.value ?? ""}`;
  return {
    key: page.id,
    title: page.title,
    url: `${baseUrl}${contextPath}${webPath.startsWith("/") ? "" : "/"}${webPath}`,
    version: page.version ? String(page.version.number) : lastModified,
    content: async () => ({ format: "html", text }),
  };
}

function problemIn(body: unknown): string | undefined {
  return z.object({ message: z.string() }).safeParse(body).data?.message;
}
