import {
  type AskedRequest,
  basic,
  type ContentServer,
  contentServer,
  type GivenAnswer,
} from "./content-server";

export const confluenceLogin = { email: "i.berg@halden.example", apiToken: "confluence-token-53bb07e1" };

export interface StandInPage {
  id: string;
  title: string;
  version: number;
  /** HTML, as Confluence shows it. */
  html: string;
  type?: "page" | "blogpost" | "attachment";
}

export interface StandInConfluence extends ContentServer {
  pages: StandInPage[];
  pageSize: number;
  /** Stands at the root of its host, and counts. */
  isDataCenter: boolean;
}

/** A personal access token of Data Center, which names its account itself. */
export const dataCenterLogin = { apiToken: "confluence-personal-token-7be2" };

/**
 * Confluence's `user/current` and `search`, with texts, of Cloud or of Data Center.
 * @param login without an address, the token is a personal access token
 */
export async function startConfluence(
  login: { email?: string; apiToken: string } = confluenceLogin,
): Promise<StandInConfluence> {
  const { email, apiToken } = login;
  const token = email === undefined ? `Bearer ${apiToken}` : basic(email, apiToken);
  const server = await contentServer(token, (request) => answerOf(confluence, request));
  const confluence: StandInConfluence = Object.assign(server, {
    pages: [],
    pageSize: 25,
    isDataCenter: false,
  });
  return confluence;
}

function answerOf(confluence: StandInConfluence, { path, query }: AskedRequest): GivenAnswer | undefined {
  const context = confluence.isDataCenter ? "" : "/wiki";
  if (path === `${context}/rest/api/user/current`)
    return { json: { type: "known", username: "i.berg", displayName: "Ida Berg" } };
  if (path !== `${context}/rest/api/search`) return undefined;
  const cql = query.get("cql") ?? "";
  if (!/^(space|type|text) *[=~]/.test(cql))
    return { status: 400, json: { statusCode: 400, message: `Could not parse cql : ${cql.slice(0, 60)}` } };
  const hasText = (query.get("expand") ?? "").includes("content.body.view");
  const size = Math.min(Number(query.get("limit") ?? 25), confluence.pageSize);
  const cursor = query.get("cursor");
  const counted = Number(query.get("start") ?? 0);
  const from = cursor === null ? counted : Number(Buffer.from(cursor, "base64").toString());
  const results = confluence.pages.slice(from, from + size).map((page) => resultJson(page, hasText));
  const next = confluence.isDataCenter
    ? `start=${from + size}`
    : `cursor=${encodeURIComponent(Buffer.from(String(from + size)).toString("base64"))}`;
  const more = from + size < confluence.pages.length;
  const nextLink = `/rest/api/search?cql=${encodeURIComponent(cql)}&limit=${size}&${next}`;
  return {
    json: {
      results,
      limit: size,
      size: results.length,
      totalSize: confluence.pages.length,
      _links: { base: `${confluence.url}${context}`, context, ...(more ? { next: nextLink } : {}) },
    },
  };
}

function resultJson({ id, title, version, html, type = "page" }: StandInPage, hasText: boolean) {
  return {
    content: {
      id,
      type,
      status: "current",
      title,
      ...(hasText
        ? { space: { name: "Docs" }, version: { number: version }, body: { view: { value: html } } }
        : {}),
      _links: { webui: `/spaces/DOCS/pages/${id}` },
    },
    title,
    url: `/spaces/DOCS/pages/${id}`,
    lastModified: "2026-03-02T10:00:00.000Z",
  };
}
