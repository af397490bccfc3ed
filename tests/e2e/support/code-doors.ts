import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { blobAddress, treeAddress } from "@/components/code/code-address";
import { postCall, postForm } from "./actions-post";
import { type Canaries, type Canary, symbolOfAll, wordOfAll } from "./code-in-world";
import { freshAddress, send } from "./matrix-send";
import { uuid } from "./matrix-values";

/** Somebody at the doors: pages and addresses know them by their session, MCP by their key. */
export interface Visitor {
  url: string;
  cookie: string | undefined;
  /** Null for whom MCP lets in by no key. */
  mcp: Client | null;
}

export interface Seen {
  status: number;
  text: string;
}

interface Door {
  name: string;
  /** What its answer shows of a repository to whoever may see that. */
  shows: readonly Canary[];
  /** Asks for what there is of all repositories. */
  all?: (by: Visitor) => Promise<Seen>;
  /** Asks for something of this one. */
  one?: (by: Visitor, of: Canaries) => Promise<Seen>;
  /** What of the question its answer repeats, whether there is such a thing or not. */
  repeats?: readonly Canary[];
  /** Its answer differs from one time to the next: of a page that is not there, only the status is compared. */
  isPage?: true;
}

const ours = ({ url, cookie }: Visitor) => ({
  ...{ origin: url, "x-forwarded-for": freshAddress(), "sec-fetch-site": "same-origin" },
  ...(cookie ? { cookie } : {}),
});

const get = (by: Visitor, path: string, headers: Record<string, string> = {}) =>
  send(by.url, path, { headers: { ...ours(by), ...headers } });

const query = (path: string, values: Record<string, string>) => `${path}?${new URLSearchParams(values)}`;

const post = (by: Visitor, path: string, body: object) =>
  send(by.url, path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { ...ours(by), "content-type": "application/json", "x-org-domain": "~" },
  });

const form = async (by: Visitor, fields: Record<string, string>): Promise<Seen> => {
  const given = { matches: "100", attemptId: uuid(), ...fields };
  return (await postForm(by.url, "searchCodeAction", given, { cookie: by.cookie })).answer;
};

const call = async (by: Visitor, action: string, symbolName: string): Promise<Seen> =>
  (await postCall(by.url, action, { symbolName, attemptId: uuid() }, { cookie: by.cookie })).answer;

const tool = async ({ mcp }: Visitor, name: string, input: Record<string, unknown> = {}): Promise<Seen> => {
  if (!mcp) return { status: 401, text: "" };
  const { content, isError } = await mcp.callTool({ name, arguments: input });
  const [first] = content as { text: string }[];
  return { status: isError ? 404 : 200, text: first?.text ?? "" };
};

const everything: readonly Canary[] = ["repository", "path", "source", "symbol", "content"];
/** Of the symbol that all have: where it is defined, and the line. */
const definition: readonly Canary[] = ["repository", "source", "content"];
const references: readonly Canary[] = [...definition, "symbol"];

/** The same, in an answer whose addresses are those at the tag. */
const atTag: readonly Canary[] = [...definition, "tag"];

const inSearch = { query: wordOfAll, matches: 100, whole: true };
const inTool = { query: wordOfAll, contextLines: 1 };

/** Every door through which something of the code of a repository leaves. */
export const codeDoors: readonly Door[] = [
  {
    name: "POST /api/search",
    shows: everything,
    all: (by) => post(by, "/api/search", inSearch),
    one: (by, { repository }) =>
      post(by, "/api/search", { ...inSearch, query: `repo:${repository} ${wordOfAll}` }),
  },
  {
    name: "POST /api/search for a text",
    shows: everything,
    one: (by, { content }) => post(by, "/api/search", { ...inSearch, query: `"${content}"` }),
  },
  {
    name: "POST /api/search at a tag",
    shows: everything,
    one: (by, { tag }) => post(by, "/api/search", { ...inSearch, query: `rev:${tag} ${wordOfAll}` }),
  },
  {
    name: "GET /api/repos",
    shows: ["repository"],
    all: (by) => get(by, "/api/repos"),
    one: (by, { repository }) => get(by, query("/api/repos", { query: repository })),
  },
  {
    name: "GET /api/repos with X-Org-Domain",
    shows: ["repository"],
    all: (by) => get(by, "/api/repos", { "x-org-domain": "~" }),
  },
  {
    name: "POST /api/find_references",
    shows: references,
    all: (by) => post(by, "/api/find_references", { symbolName: symbolOfAll }),
    one: (by, { repository }) =>
      post(by, "/api/find_references", { symbolName: symbolOfAll, repoName: repository }),
  },
  {
    name: "POST /api/find_references of its symbol",
    shows: references,
    one: (by, { symbol }) => post(by, "/api/find_references", { symbolName: symbol }),
  },
  {
    name: "POST /api/find_definitions",
    shows: definition,
    all: (by) => post(by, "/api/find_definitions", { symbolName: symbolOfAll }),
    one: (by, { symbol }) => post(by, "/api/find_definitions", { symbolName: symbol }),
  },
  {
    name: "POST /api/find_definitions at a tag",
    shows: atTag,
    one: (by, { tag }) => post(by, "/api/find_definitions", { symbolName: symbolOfAll, revisionName: tag }),
  },
  {
    name: "GET /api/source",
    shows: ["symbol", "content"],
    one: (by, { repository: repo, source }) => get(by, query("/api/source", { repo, path: source })),
  },
  {
    name: "POST /api/source",
    shows: ["symbol", "content"],
    one: (by, { repository, source }) => post(by, "/api/source", { repository, fileName: source }),
  },
  {
    name: "GET /api/source at a tag",
    shows: ["symbol", "content", "tag"],
    one: (by, { repository: repo, source: path, tag: ref }) =>
      get(by, query("/api/source", { repo, path, ref })),
  },
  {
    name: "POST /api/source at a tag",
    shows: ["symbol", "content", "tag"],
    one: (by, { repository, source, tag }) =>
      post(by, "/api/source", { repository, fileName: source, branch: tag }),
  },
  {
    name: "GET /code/preview at a tag",
    shows: ["source", "symbol"],
    one: (by, { repository, symbol, tag: revision }) =>
      get(by, query("/code/preview", { repository, symbol, revision })),
  },
  {
    name: "GET /code/folder at a tag",
    shows: ["source"],
    one: (by, { repository, tag: revision }) =>
      get(by, query("/code/folder", { repository, folder: "src", revision })),
  },
  {
    name: "GET /code/preview",
    shows: ["source", "symbol"],
    one: (by, { repository, symbol }) => get(by, query("/code/preview", { repository, symbol })),
  },
  {
    name: "GET /code/folder",
    shows: ["source"],
    one: (by, { repository }) => get(by, query("/code/folder", { repository, folder: "src" })),
  },
  { name: "/search and what it completes", shows: ["repository"], all: (by) => get(by, "/search") },
  {
    name: "searchCodeAction",
    shows: everything,
    all: (by) => form(by, { query: wordOfAll }),
    one: (by, { repository }) => form(by, { query: wordOfAll, repo: repository }),
    repeats: ["repository"],
  },
  {
    name: "searchCodeAction at a tag",
    shows: everything,
    one: (by, { tag }) => form(by, { query: `rev:${tag} ${wordOfAll}` }),
    repeats: ["tag"],
  },
  {
    name: "findReferencesAction",
    shows: references,
    all: (by) => call(by, "findReferencesAction", symbolOfAll),
    one: (by, { symbol }) => call(by, "findReferencesAction", symbol),
  },
  {
    name: "gotoDefinitionAction",
    shows: definition,
    all: (by) => call(by, "gotoDefinitionAction", symbolOfAll),
    one: (by, { symbol }) => call(by, "gotoDefinitionAction", symbol),
  },
  {
    name: "/browse, a file",
    shows: ["symbol", "content", "tag"],
    one: (by, { repository, source }) => get(by, blobAddress({ repository, path: source })),
    repeats: ["repository", "source"],
    isPage: true,
  },
  {
    name: "/browse, a folder",
    shows: ["source", "tag"],
    one: (by, { repository }) => get(by, treeAddress({ repository, path: "src" })),
    repeats: ["repository"],
    isPage: true,
  },
  {
    name: "/browse, a file at a tag",
    shows: ["symbol", "content", "tag"],
    one: (by, { repository, source, tag: revision }) =>
      get(by, blobAddress({ repository, path: source, revision })),
    repeats: ["repository", "source", "tag"],
    isPage: true,
  },
  {
    name: "MCP list_repos",
    shows: ["repository", "tag"],
    all: (by) => tool(by, "list_repos"),
    one: (by, { repository }) => tool(by, "list_repos", { query: repository }),
  },
  {
    name: "MCP search_code",
    shows: everything,
    all: (by) => tool(by, "search_code", inTool),
    one: (by, { repository }) =>
      tool(by, "search_code", { ...inTool, query: `repo:${repository} ${wordOfAll}` }),
  },
  {
    name: "MCP read_file",
    shows: ["symbol", "content"],
    one: (by, { repository, source }) => tool(by, "read_file", { repository, path: source }),
  },
  {
    name: "MCP read_file at a tag",
    shows: ["symbol", "content", "tag"],
    one: (by, { repository, source, tag: revision }) =>
      tool(by, "read_file", { repository, path: source, revision }),
  },
  {
    name: "MCP search_code at a tag",
    shows: everything,
    one: (by, { tag }) => tool(by, "search_code", { ...inTool, query: `rev:${tag} ${wordOfAll}` }),
  },
  {
    name: "MCP find_definitions at a tag",
    shows: definition,
    one: (by, { tag: revision }) => tool(by, "find_definitions", { symbol: symbolOfAll, revision }),
  },
  {
    name: "MCP find_definitions",
    shows: definition,
    all: (by) => tool(by, "find_definitions", { symbol: symbolOfAll }),
    one: (by, { repository }) => tool(by, "find_definitions", { symbol: symbolOfAll, repository }),
  },
  {
    name: "MCP find_references",
    shows: references,
    all: (by) => tool(by, "find_references", { symbol: symbolOfAll }),
    one: (by, { repository }) => tool(by, "find_references", { symbol: symbolOfAll, repository }),
  },
];
