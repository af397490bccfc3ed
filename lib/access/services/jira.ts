import "server-only";
import { z } from "zod";
import { type ContentClient, escapeHtml, type ItemPage, type ItemQuery, type ServiceItem } from "./items";
import { type CallLimits, namelessAccount, type ServiceAccess, type ServiceCaller } from "./service-call";
import { firstThere, ServiceTrouble } from "./service-trouble";
import { inSmallerPages, tooLargeToRead } from "./smaller-pages";
import { tokenCaller } from "./token-caller";

const pageSize = 50;
/** Comments of one issue; more than these is no conversation that anybody quotes. */
const mostComments = 500;

const myself = z.object({ displayName: z.string().optional(), name: z.string().optional() });

const comments = z.object({
  total: z.number().optional(),
  comments: z.array(
    z.object({
      author: z.object({ displayName: z.string().optional() }).nullish(),
      /** HTML where it comes rendered with its issue. */
      body: z.unknown(),
      renderedBody: z.string().nullish(),
    }),
  ),
});
const issue = z.object({
  id: z.string(),
  key: z.string(),
  fields: z.object({
    summary: z.string(),
    updated: z.string(),
    status: z.object({ name: z.string() }).nullish(),
    issuetype: z.object({ name: z.string() }).nullish(),
    labels: z.array(z.string()).nullish(),
    comment: z.object({ total: z.number().optional(), comments: z.array(z.unknown()) }).nullish(),
  }),
  renderedFields: z.object({ description: z.string().nullish(), comment: comments.nullish() }).nullish(),
});
type Issue = z.infer<typeof issue>;

const found = z.object({ issues: z.array(issue), nextPageToken: z.string().nullish() });
const foundByNumber = z.object({ issues: z.array(issue), total: z.number() });

/** Of the search that counts; Data Center has version 2 alone. */
type Version = 3 | 2;

/** Where a page begins: a token of Jira Cloud's, or a number, in the search of the version that gave it. */
const position = z.union([
  z.object({ token: z.string() }),
  z.object({ startAt: z.number(), version: z.literal([3, 2]).default(2) }),
]);

const errors = z.object({
  errorMessages: z.array(z.string()).optional(),
  errors: z.record(z.string(), z.string()).optional(),
});

/**
 * Jira: issues that a JQL query finds, with their comments. Speaks version 3 of Jira Cloud's API
 * (developer.atlassian.com/cloud/jira/platform/rest/v3) and, where that is not there, version 2 of Data Center's.
 * @param access.credentials `email` and `apiToken`; without an e-mail the token is a personal access token
 */
export function jiraClient(access: ServiceAccess, limits: CallLimits = {}): ContentClient {
  const jira = tokenCaller(access, limits, { service: "Jira", problemIn });
  return {
    kind: "JIRA",
    async check() {
      const me = await eitherVersion((version) =>
        jira.json({ path: `/rest/api/${version}/myself`, answer: myself }),
      );
      return jira.account({ accountName: me.displayName ?? me.name ?? namelessAccount });
    },
    async checkQuery({ query }) {
      if (query === "") throw new ServiceTrouble("query", "Enter a JQL query, such as project = DOCS.");
      await searchIssues(jira, query, null, 1);
      return { query, label: query };
    },
    page: (query, at) => pageOf(jira, access.baseUrl, query, at),
  };
}

async function pageOf(
  jira: ServiceCaller,
  baseUrl: string,
  { query }: ItemQuery,
  at: unknown,
): Promise<ItemPage> {
  const whole = async (size: number) => pageOfItems(await searchIssues(jira, query, at, size));
  const bare = async () => {
    const page = pageOfItems(await searchIssues(jira, query, at, 1, bareFields));
    return { ...page, items: page.items.map((item) => ({ ...item, content: tooLargeToRead })) };
  };
  const pageOfItems = ({ issues, next }: Found): ItemPage => ({
    items: issues.map((each) => itemOf(jira, baseUrl, each)),
    next,
    isEmpty: issues.length === 0,
  });
  return inSmallerPages(pageSize, whole, bare);
}

interface Found {
  issues: Issue[];
  next: unknown;
}

const wholeFields = {
  fields: "summary,description,status,issuetype,labels,updated,comment",
  expand: "renderedFields",
};
/** Of an issue whose text is too much. */
const bareFields = { fields: "summary,updated" };

/** @param at a `position`; null = the first page */
async function searchIssues(
  jira: ServiceCaller,
  jql: string,
  at: unknown,
  maxResults: number,
  fields: Readonly<Record<string, string>> = wholeFields,
): Promise<Found> {
  const from = at === null ? null : position.parse(at);
  const query = { jql, maxResults, ...fields };
  const byToken = async (token?: string): Promise<Found> => {
    const page = await jira.json({
      path: "/rest/api/3/search/jql",
      query: { ...query, nextPageToken: token },
      answer: found,
    });
    return { issues: page.issues, next: page.nextPageToken ? { token: page.nextPageToken } : null };
  };
  const byNumber = async (version: Version, startAt = 0): Promise<Found> => {
    const page = await jira.json({
      path: `/rest/api/${version}/search`,
      query: { ...query, startAt },
      answer: foundByNumber,
    });
    const after = startAt + page.issues.length;
    const isLast = page.issues.length === 0 || after >= page.total;
    return { issues: page.issues, next: isLast ? null : { startAt: after, version } };
  };
  if (from !== null) return "token" in from ? byToken(from.token) : byNumber(from.version, from.startAt);
  return firstThere([() => byToken(), () => byNumber(3), () => byNumber(2)]);
}

const eitherVersion = <T>(ask: (version: Version) => Promise<T>): Promise<T> =>
  firstThere([() => ask(3), () => ask(2)]);

function itemOf(jira: ServiceCaller, baseUrl: string, each: Issue): ServiceItem {
  const { id, key, fields } = each;
  return {
    key: id,
    title: `${key} ${fields.summary}`,
    url: `${baseUrl}/browse/${encodeURIComponent(key)}`,
    version: fields.updated,
    content: async () => ({ format: "html", text: htmlOf(each, await commentsOf(jira, each)) }),
  };
}

type Comment = z.infer<typeof comments>["comments"][number];

/** A search brings the first comments of an issue alone. */
async function commentsOf(jira: ServiceCaller, { id, fields, renderedFields }: Issue): Promise<Comment[]> {
  const brought = renderedFields?.comment?.comments ?? [];
  const total = fields.comment?.total ?? renderedFields?.comment?.total ?? brought.length;
  if (brought.length >= total) return brought;
  const all: Comment[] = [];
  while (all.length < Math.min(total, mostComments)) {
    const startAt = all.length;
    const page = await eitherVersion((version) =>
      jira.json({
        path: `/rest/api/${version}/issue/${encodeURIComponent(id)}/comment`,
        query: { startAt, maxResults: 100, expand: "renderedBody" },
        answer: comments,
      }),
    );
    if (page.comments.length === 0) break;
    all.push(...page.comments);
  }
  return all;
}

function htmlOf({ fields, renderedFields }: Issue, told: Comment[]): string {
  const facts = [
    ["Type", fields.issuetype?.name],
    ["Status", fields.status?.name],
    ["Labels", fields.labels?.join(", ")],
  ].flatMap(([name, value]) => (value ? [`${name}: ${escapeHtml(value)}`] : []));
  const parts = told.flatMap(({ author, body, renderedBody }) => {
    const html = renderedBody ?? (typeof body === "string" ? body : "");
    const name = author?.displayName ?? "Somebody";
    return html.trim() === "" ? [] : [`<h3>${escapeHtml(name)} commented</h3>${html}`];
  });
  return [`<p>${facts.join(". ")}</p>`, renderedFields?.description ?? "", ...parts].join("\n");
}

function problemIn(body: unknown): string | undefined {
  const said = errors.safeParse(body);
  if (!said.success) return undefined;
  const all = [...(said.data.errorMessages ?? []), ...Object.values(said.data.errors ?? {})];
  return all.length > 0 ? all.join(" ") : undefined;
}
