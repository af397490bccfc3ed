import "server-only";
import { z } from "zod";
import { type BotClient, cutTo, firstOf, type SeenChannel } from "./bot-client";
import { appToken } from "./github-app-token";
import {
  type CallLimits,
  type CallRequest,
  pagesOf,
  type ServiceAccess,
  serviceCaller,
} from "./service-call";

const user = z.object({ login: z.string(), type: z.string().optional() }).nullish();

const issue = z.object({
  number: z.number().int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  html_url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  user,
  /** There for pull requests, which the listing of issues gives too. */
  pull_request: z.unknown().optional(),
});
export type GithubIssue = z.output<typeof issue>;

const comment = z.object({
  id: z.number().int(),
  body: z.string().nullish(),
  created_at: z.string(),
  html_url: z.string(),
  user,
});
export type GithubComment = z.output<typeof comment>;

const pageSize = 100;
const longestText = 60_000;

export interface GithubClient extends BotClient {
  /**
   * Issues of a repository, pull requests left out, the least lately updated first.
   * @param repository `owner/name`
   * @param since ISO 8601: those updated then or later
   */
  issues(repository: string, since?: string): AsyncGenerator<GithubIssue[]>;
  /** @param since ISO 8601: those updated then or later */
  comments(repository: string, issueNumber: number | string, since?: string): AsyncGenerator<GithubComment[]>;
}

/** GitHub's REST API, as an installation of an App. Endpoints and fields: docs/services.md. */
export function githubClient(
  { baseUrl, credentials, namedSecrets = [] }: ServiceAccess,
  limits: CallLimits = {},
): GithubClient {
  const { appId = "", installationId = "", privateKey = "", webhookSecret = "" } = credentials;
  const secrets = [privateKey, webhookSecret, ...namedSecrets];
  const {
    call,
    json,
    account: masked,
  } = serviceCaller({
    ...limits,
    service: "GitHub",
    baseUrl,
    headers: { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" },
    secrets,
    problemIn: (body) => z.object({ message: z.string() }).safeParse(body).data?.message,
  });
  const asApp = () => {
    const signed = appToken(appId, privateKey, new Date());
    // Good for minutes, and as good as the key for as long.
    secrets.push(signed);
    return `Bearer ${signed}`;
  };
  const installation = `/app/installations/${encodeURIComponent(installationId)}`;
  let token: { value: string; until: number } | null = null;
  /** A token of the installation, good for an hour; a client lives for one piece of work. */
  const asInstallation = async (): Promise<string> => {
    if (token && token.until > Date.now()) return token.value;
    const answer = z.object({ token: z.string(), expires_at: z.string() });
    const path = `${installation}/access_tokens`;
    const made = await json({ method: "POST", path, isRead: true, authorization: asApp(), answer });
    secrets.push(made.token);
    token = { value: `Bearer ${made.token}`, until: Date.parse(made.expires_at) - 60_000 };
    return token.value;
  };
  const authorized = async <S extends z.ZodType>(request: CallRequest<S>) =>
    call({ ...request, authorization: await asInstallation() });
  const pages = <S extends z.ZodType, T>(first: string, answer: S, items: (value: z.output<S>) => T[]) =>
    pagesOf<T, string>(first, async (path) => {
      const { value, header } = await authorized({ path, answer });
      return { items: items(value), next: nextIn(header("link")) };
    });
  const client: GithubClient = {
    async check() {
      const app = await json({
        path: "/app",
        authorization: asApp(),
        answer: z.object({ slug: z.string(), name: z.string() }),
      });
      const { account } = await json({
        path: installation,
        authorization: asApp(),
        answer: z.object({ account: z.object({ login: z.string() }).nullish() }),
      });
      await asInstallation();
      const accountName = account ? `${app.name} on ${account.login}` : app.name;
      return masked({ accountName, accountId: `${app.slug}[bot]`, teamId: app.slug });
    },
    channels: () =>
      firstOf(
        pages(
          `/installation/repositories?per_page=${pageSize}`,
          z.object({ repositories: z.array(z.object({ full_name: z.string() })) }),
          ({ repositories }): SeenChannel[] =>
            repositories.map(({ full_name: name }) => ({ id: name.toLowerCase(), name })),
        ),
      ),
    async *issues(repository, since) {
      const all = pages(
        `${repositoryPath(repository)}/issues?${new URLSearchParams({
          state: "all",
          sort: "updated",
          direction: "asc",
          per_page: String(pageSize),
          ...(since === undefined ? {} : { since }),
        })}`,
        z.array(issue),
        (found) => found,
      );
      for await (const page of all) yield page.filter((each) => each.pull_request === undefined);
    },
    comments: (repository, number, since) =>
      pages(
        `${repositoryPath(repository)}/issues/${encodeURIComponent(number)}/comments?${new URLSearchParams({
          per_page: String(pageSize),
          ...(since === undefined ? {} : { since }),
        })}`,
        z.array(comment),
        (found) => found,
      ),
    async reply({ channel, thread, text, mark }) {
      await authorized({
        method: "POST",
        path: `${repositoryPath(channel)}/issues/${encodeURIComponent(thread)}/comments`,
        json: { body: `${asText(cutTo(text, longestText))}\n\n${markOf(mark)}` },
        answer: z.object({ id: z.number() }),
      });
    },
    async hasReplied({ channel, thread, after }, mark, seen) {
      for await (const page of client.comments(channel, thread, after && secondBefore(after))) {
        if (page.some((each) => each.body?.includes(markOf(mark)))) return true;
        const last = page.at(-1);
        // They come by their ids. Whatever is behind the last was written, and so updated, no sooner.
        if (last && page.every(({ id }) => id <= last.id)) seen?.(last.created_at);
      }
      return false;
    },
  };
  return client;
}

/** Of what has the very time that is asked for, nobody says whether it comes along. */
function secondBefore(time: string): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? time : new Date(at - 1_000).toISOString();
}

function repositoryPath(repository: string): string {
  return `/repos/${repository.split("/").map(encodeURIComponent).join("/")}`;
}

/** The next page as `Link` names it (RFC 8288); null on the last. */
function nextIn(link: string | undefined): string | null {
  const found = (link ?? "").split(",").find((each) => /;\s*rel="?next"?/.test(each));
  return /<([^>]+)>/.exec(found ?? "")?.[1] ?? null;
}

/** Unseen in what people read. */
const markOf = (mark: string) => `<!-- gurulog ${mark} -->`;

/** As it is, without mark-up: nobody is called, and no issue elsewhere is told that it was named. */
function asText(text: string): string {
  const quiet = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("@", "@<!-- -->");
  return quiet.replace(/(^|[^\w&])#(?=\d)/g, "$1#<!-- -->");
}
