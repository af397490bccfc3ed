import {
  type AskedRequest,
  basic,
  type ContentServer,
  contentServer,
  type GivenAnswer,
} from "./content-server";

export const jiraLogin = { email: "i.berg@halden.example", apiToken: "jira-token-8c41f2aa90" };

export interface StandInIssue {
  id: string;
  key: string;
  summary: string;
  updated: string;
  /** HTML, as Jira renders it. */
  description?: string;
  comments?: { author: string; html: string }[];
}

export interface StandInJira extends ContentServer {
  issues: StandInIssue[];
  /** Issues on a page at most, whatever is asked for. */
  pageSize: number;
  /** What it searches by: as Cloud, as an older Cloud, or by version 2, which is all that Data Center has. */
  search: "3/search/jql" | "3/search" | "2/search" | "none";
  /** What it says of an endpoint that it has not, or not any more. */
  goneStatus: 404 | 410;
}

/** Comments that a search brings with an issue. */
const commentsInSearch = 20;

/** Jira's `myself`, one of its searches and `issue/{id}/comment`. */
export async function startJira(login = jiraLogin): Promise<StandInJira> {
  const server = await contentServer(basic(login.email, login.apiToken), (request) =>
    answerOf(jira, request),
  );
  const own: Omit<StandInJira, keyof ContentServer> = {
    issues: [],
    pageSize: 50,
    search: "3/search/jql",
    goneStatus: 404,
  };
  const jira: StandInJira = Object.assign(server, own);
  return jira;
}

function answerOf(jira: StandInJira, { path, query }: AskedRequest): GivenAnswer | undefined {
  const [version] = jira.search;
  if (path === `/rest/api/${version}/myself`)
    return { json: { accountId: "5b10a2844c20165700ede21g", displayName: "Ida Berg", active: true } };
  const [, commented] = new RegExp(`^/rest/api/${version}/issue/(\\w+)/comment$`).exec(path) ?? [];
  if (commented !== undefined) return commentsOf(jira, commented, query);
  if (path !== `/rest/api/${jira.search}`)
    return { status: jira.goneStatus, json: { errorMessages: ["There is no such API here."], errors: {} } };
  const jql = query.get("jql") ?? "";
  const [, project] = /^project = (\w+)$/.exec(jql) ?? [];
  if (project === undefined)
    return {
      status: 400,
      json: {
        errorMessages: [`Error in the JQL Query: Expecting operator but got '${jql.slice(0, 40)}'.`],
        errors: {},
      },
    };
  const found = jira.issues.filter(({ key }) => key.startsWith(`${project}-`));
  const size = Math.min(Number(query.get("maxResults") ?? 50), jira.pageSize);
  const isCounted = jira.search !== "3/search/jql";
  const from = Number(query.get(isCounted ? "startAt" : "nextPageToken") ?? 0);
  const isRendered = query.get("expand") === "renderedFields";
  const issues = found.slice(from, from + size).map((each) => {
    const { renderedFields, ...plain } = issueJson(each);
    return isRendered ? { ...plain, renderedFields } : plain;
  });
  if (isCounted) return { json: { startAt: from, maxResults: size, total: found.length, issues } };
  const isLast = from + size >= found.length;
  return { json: { issues, isLast, ...(isLast ? {} : { nextPageToken: String(from + size) }) } };
}

const commentJson = ({ author, html }: { author: string; html: string }, at: number) => ({
  id: String(at),
  author: { displayName: author },
  body: html,
});

function issueJson({ id, key, summary, updated, description, comments = [] }: StandInIssue) {
  return {
    id,
    key,
    fields: {
      summary,
      updated,
      status: { name: "Done" },
      issuetype: { name: "Task" },
      labels: ["howto"],
      comment: { total: comments.length, comments: [] },
    },
    renderedFields: {
      description: description ?? "",
      comment: { comments: comments.slice(0, commentsInSearch).map(commentJson) },
    },
  };
}

function commentsOf(jira: StandInJira, id: string, query: URLSearchParams): GivenAnswer | undefined {
  const issue = jira.issues.find((each) => each.id === id);
  if (!issue) return undefined;
  const all = issue.comments ?? [];
  const from = Number(query.get("startAt") ?? 0);
  const size = Math.min(Number(query.get("maxResults") ?? 50), 100);
  const comments = all.slice(from, from + size).map((comment, at) => ({
    ...commentJson(comment, from + at),
    // The document format of Jira Cloud, beside which the rendered one is asked for.
    body: { type: "doc", version: 1, content: [] },
    renderedBody: comment.html,
  }));
  return { json: { startAt: from, maxResults: size, total: all.length, comments } };
}
