import * as definitions from "@/app/api/find_definitions/route";
import * as references from "@/app/api/find_references/route";
import * as mcp from "@/app/api/mcp/route";
import * as repos from "@/app/api/repos/route";
import * as search from "@/app/api/search/route";
import * as source from "@/app/api/source/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { giveRole, guruOf } from "../gurus/guru-for-tests";
import { codeIn, mainCommit, nextCommit } from "./code-for-tests";

export { cookieOf, keyOf } from "../audit-api/api-harness";

type Route = (request: Request, context: { params: Promise<unknown> }) => Promise<Response>;
const routes: Record<string, Partial<Record<string, Route>>> = {
  ...{ search, source, repos, mcp },
  find_references: references as never,
  find_definitions: definitions as never,
} as never;

interface Asking {
  key?: string;
  method?: string;
  /** Sent as JSON, unless it is a text or bytes. */
  body?: unknown;
  query?: string;
  /** A header without a value is not sent. */
  headers?: Record<string, string>;
  /** Aborted: nobody waits for the answer. */
  signal?: AbortSignal;
}

/** Asks an address of the code search as the front would; X-Org-Domain is sent unless it is overridden. */
export function askCode(path: string, asking: Asking = {}): Promise<Response> {
  const { key, body, query = "", method = body === undefined ? "GET" : "POST" } = asking;
  const headers = new Headers({ "x-org-domain": "~", "content-type": "application/json" });
  for (const [name, value] of Object.entries(asking.headers ?? {}))
    if (value === "") headers.delete(name);
    else headers.set(name, value);
  if (key) headers.set("x-sourcebot-api-key", key);
  const sent = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const request = new Request(`http://localhost:3000/api/${path}${query}`, {
    ...{ method, headers },
    ...(body === undefined ? {} : { body: sent as BodyInit }),
    ...(asking.signal ? { signal: asking.signal } : {}),
  });
  const handle = routes[path.replace(/\/$/, "")]?.[method];
  if (!handle) throw new Error(`no ${method} ${path}`);
  const context = { ip: "203.0.113.50", requestId: mintId(), nonce: "n", proto: "http" as const };
  return runWithRequest(context, () => handle(request, { params: Promise.resolve({}) }));
}

/** The JSON of an answer of this status. */
// biome-ignore lint/suspicious/noExplicitAny: whoever asks says what they expect of it
export async function jsonOf<T = any>(answer: Response | Promise<Response>, status = 200): Promise<T> {
  const given = await answer;
  const text = await given.text();
  if (given.status !== status) throw new Error(`${given.status} instead of ${status}: ${text}`);
  return JSON.parse(text) as T;
}

/** Status and code of an error, whose body must have exactly the three keys of the family. */
export async function refused(answer: Response | Promise<Response>): Promise<string> {
  const given = await answer;
  const body = (await given.json()) as { statusCode: number; errorCode: string; message: string };
  if (Object.keys(body).join() !== "statusCode,errorCode,message") throw new Error(JSON.stringify(body));
  if (body.statusCode !== given.status || body.message.length < 10) throw new Error(JSON.stringify(body));
  return `${given.status} ${body.errorCode}`;
}

export interface CodeWorld {
  product: TestProduct;
  owner: UserPrincipal;
  auditor: UserPrincipal;
  /** Maintainer of the guru with the code. */
  maintainer: UserPrincipal;
  /** Viewer of it. */
  viewer: UserPrincipal;
  /** A member without a role in it, to whom it is visible. */
  visitor: UserPrincipal;
  guru: { id: string; slug: string; name: string };
  /** Of which nobody but the owner knows. */
  foreign: { id: string; slug: string; name: string };
}

export const repository = "git.example.com/team/engine";
export const foreignTag = "buried-1";
export const foreignRepository = "git.example.com/secret/vault";
export const parserText =
  "export function parseLedger(text: string) {\n  return text.split(',');\n}\n\nexport class Ledger {}\n";

/** Two gurus with a repository each. */
export async function makeCodeWorld(): Promise<CodeWorld> {
  const product = await createTestProduct();
  const owner = await product.person("owner@halden.example", "owner");
  const auditor = await product.person("auditor@halden.example", "auditor");
  const maintainer = await product.person("maintainer@halden.example");
  const viewer = await product.person("viewer@halden.example");
  const visitor = await product.person("visitor@halden.example");
  const guru = await guruOf(maintainer, { name: "Engine docs", visibility: "organization" });
  await giveRole(guru.id, viewer, "viewer");
  const foreign = await guruOf(owner, { name: "Vault docs" });
  await codeIn(guru.id, {
    name: repository,
    files: {
      "src/parser.ts": parserText,
      "src/use.ts":
        "import { parseLedger } from './parser';\n\nconst rows = parseLedger('a,b');\nparseLedgerAgain(rows, parseLedger);\n",
      "src/tool.py": "# parseLedger is of TypeScript\ndef main():\n    pass\n",
      "docs/größe.md": "Die Größe von parseLedger\n",
      LICENSE: "As is\n",
      "unheard.of": "what is this\n",
    },
    next: { "src/coming.ts": "export function comingSoon() {}\n" },
    tags: [{ name: "v2.0-rc/1", commit: nextCommit }],
  });
  await codeIn(foreign.id, {
    name: foreignRepository,
    files: { "src/vault.ts": "export function parseLedger() { return 'treasure'; }\n" },
    tags: [{ name: foreignTag, commit: mainCommit }],
  });
  return { product, owner, auditor, maintainer, viewer, visitor, guru, foreign };
}
