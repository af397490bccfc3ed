import "server-only";
import { z } from "zod";
import { type GithubClient, type GithubIssue, githubClient } from "./github";
import type { ItemReader, ServiceItem } from "./items";
import type { CallLimits, ServiceAccess } from "./service-call";
import { ServiceTrouble } from "./service-trouble";

const repositoryShape = /^[\w.-]{1,100}\/[\w.-]{1,100}$/;
/** Comments of one issue. */
const mostComments = 500;
const position = z.object({ since: z.string() });

/**
 * GitHub: the issues of a repository, open and closed, with their comments. They come the least lately updated first, so
 * that a run which was broken off goes on from the time of the last it saw.
 */
export function githubIssues(access: ServiceAccess, limits: CallLimits = {}): ItemReader {
  const client = githubClient(access, limits);
  let reading: { pages: AsyncGenerator<GithubIssue[]>; ahead: IteratorResult<GithubIssue[]> } | undefined;
  let since: string | undefined;
  return {
    kind: "GITHUB_ISSUE",
    async checkQuery({ query }) {
      if (!repositoryShape.test(query))
        throw new ServiceTrouble("query", "Name the repository as owner/name, such as acme/gateway.");
      await client.issues(query).next();
      return { query, label: query };
    },
    async page({ query }, at) {
      // Null also after an attempt that failed, whose pages are at their end.
      if (!reading || at === null) {
        since = at === null ? undefined : position.parse(at).since;
        const pages = client.issues(query, since);
        reading = { pages, ahead: await pages.next() };
      }
      const issues = reading.ahead.done ? [] : reading.ahead.value;
      since = issues.at(-1)?.updated_at ?? since;
      if (!reading.ahead.done) reading.ahead = await reading.pages.next();
      const items = issues.map((issue) => itemOf(client, query, issue));
      return { items, next: reading.ahead.done ? null : { since: since ?? "1970-01-01T00:00:00Z" } };
    },
  };
}

function itemOf(client: GithubClient, repository: string, issue: GithubIssue): ServiceItem {
  return {
    // Numbers are a repository's own.
    key: `${repository.toLowerCase()}#${issue.number}`,
    title: `${repository}#${issue.number} ${issue.title}`,
    url: issue.html_url,
    version: issue.updated_at,
    content: async () => ({ format: "markdown", text: await textOf(client, repository, issue) }),
  };
}

async function textOf(client: GithubClient, repository: string, issue: GithubIssue): Promise<string> {
  const comments: string[] = [];
  for await (const page of client.comments(repository, issue.number)) {
    comments.push(...page.flatMap(({ body }) => (body?.trim() ? [`## Comment\n\n${body.trim()}`] : [])));
    if (comments.length >= mostComments) break;
  }
  return [`State: ${issue.state}`, issue.body?.trim() ?? "", ...comments]
    .filter((part) => part !== "")
    .join("\n\n");
}
