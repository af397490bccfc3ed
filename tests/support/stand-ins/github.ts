import { createHmac, createPublicKey, createVerify, generateKeyPairSync, randomUUID } from "node:crypto";
import { type AskedRequest, type ContentServer, contentServer, type GivenAnswer } from "./content-server";

const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });

export const githubLogin = {
  appId: "123456",
  installationId: "7654321",
  privateKey: pair.privateKey.export({ type: "pkcs1", format: "pem" }).toString().trim(),
  webhookSecret: "github-webhook-5520ab",
};
const githubBot = { slug: "halden-bot", name: "Halden bot" };

interface StandInComment {
  id: number;
  issue: number;
  body: string;
  login: string;
  /** By default a day of long ago. */
  created_at?: string;
}

export interface StandInGithub extends ContentServer {
  login: typeof githubLogin;
  installationToken: string;
  repositories: string[];
  issues: { number: number; title: string; body: string; updated_at: string; isPull?: true }[];
  comments: StandInComment[];
  pageSize: number;
}

/**
 * GitHub's REST API for an App: app, installation and its tokens, repositories, issues and comments, by Link headers.
 * @param installationToken given for the App's, and taken from then on
 */
export async function startGithub(
  login = githubLogin,
  installationToken = "ghs_installation-token-30f2",
): Promise<StandInGithub> {
  const server = await contentServer(null, (request) => answerOf(github, request));
  const github: StandInGithub = Object.assign(server, {
    login,
    installationToken,
    repositories: ["Halden/gateway", "Halden/handbook", "Halden/site"],
    issues: [],
    comments: [],
    pageSize: 2,
  });
  return github;
}

const refused: GivenAnswer = { status: 401, json: { message: "Bad credentials" } };

function answerOf(github: StandInGithub, request: AskedRequest): GivenAnswer | undefined {
  const { method, path, query, body } = request;
  const { login, installationToken } = github;
  const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
  if (path === "/app" || path.startsWith("/app/installations/")) {
    if (!isAppToken(token, login)) return refused;
    if (path === "/app") return { json: { id: 123456, ...githubBot } };
    if (!path.startsWith(`/app/installations/${login.installationId}`)) return undefined;
    if (path.endsWith("/access_tokens") && method === "POST")
      return {
        status: 201,
        json: { token: installationToken, expires_at: new Date(Date.now() + 3_600_000).toISOString() },
      };
    return { json: { id: 7654321, account: { login: "Halden" } } };
  }
  if (token !== installationToken) return refused;
  if (path === "/installation/repositories") {
    const repositories = github.repositories.map((full_name, id) => ({ id, full_name, private: true }));
    return paged(github, path, query, repositories, (page) => ({
      total_count: repositories.length,
      repositories: page,
    }));
  }
  const [, repository, rest = ""] = /^\/repos\/([^/]+\/[^/]+)\/issues(.*)$/.exec(path) ?? [];
  if (!github.repositories.some((each) => each.toLowerCase() === repository?.toLowerCase())) return undefined;
  if (rest === "") {
    const since = query.get("since") ?? "";
    const found = github.issues.filter(({ updated_at }) => updated_at >= since).map(issueJson);
    return paged(github, path, query, found, (page) => page);
  }
  const number = Number(/^\/(\d+)\/comments$/.exec(rest)?.[1]);
  if (method === "POST") {
    const id = 9_000 + github.comments.length;
    const made = {
      id,
      issue: number,
      body: (JSON.parse(body) as { body: string }).body,
      login: "halden-bot[bot]",
      created_at: new Date().toISOString(),
    };
    github.comments.push(made);
    return { status: 201, json: commentJson(made) };
  }
  const since = Date.parse(query.get("since") ?? "1970-01-01");
  const found = github.comments
    .filter(({ issue }) => issue === number)
    .map(commentJson)
    .filter(({ created_at }) => Date.parse(created_at) >= since);
  return paged(github, path, query, found, (page) => page);
}

function paged<T>(
  github: StandInGithub,
  path: string,
  query: URLSearchParams,
  all: T[],
  shape: (page: T[]) => unknown,
): GivenAnswer {
  const at = Number(query.get("page") ?? 1);
  const size = Math.min(Number(query.get("per_page") ?? 30), github.pageSize);
  const next = new URLSearchParams(query);
  next.set("page", String(at + 1));
  const link = `<${github.url}${path}?${next}>; rel="next", <${github.url}${path}?page=9>; rel="last"`;
  const isMore = at * size < all.length;
  return { headers: isMore ? { link } : {}, json: shape(all.slice((at - 1) * size, at * size)) };
}

function issueJson({ isPull, ...issue }: StandInGithub["issues"][number]) {
  const html_url = `https://github.example/issues/${issue.number}`;
  const user = { login: "tuva", type: "User" };
  const common = { ...issue, state: "open", html_url, user, created_at: issue.updated_at };
  return isPull ? { ...common, pull_request: { url: html_url } } : common;
}

function commentJson({ id, body, login, created_at = "2026-03-02T10:00:00Z" }: StandInComment) {
  const user = { login, type: login.endsWith("[bot]") ? "Bot" : "User" };
  return {
    id,
    body,
    user,
    created_at,
    html_url: `https://github.example/comments/${id}`,
  };
}

/** Is it signed with the App's key, by its id, and valid at this moment for no longer than GitHub takes? */
function isAppToken(token: string, { appId, privateKey }: typeof githubLogin): boolean {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const verifier = createVerify("RSA-SHA256").update(`${head}.${claims}`);
  if (!verifier.verify(createPublicKey(privateKey), signature, "base64url")) return false;
  const { iat, exp, iss } = JSON.parse(Buffer.from(claims, "base64url").toString());
  const now = Date.now() / 1_000;
  return iss === appId && iat <= now && exp > now && exp - now <= 600;
}

/** Headers of a delivery as GitHub signs it. */
export function githubSigned(event: string, body: string | Buffer, secret = githubLogin.webhookSecret) {
  return {
    "content-type": "application/json",
    "x-github-event": event,
    "x-github-delivery": randomUUID(),
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  };
}
