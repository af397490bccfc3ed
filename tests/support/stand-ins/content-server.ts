import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface AskedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface GivenAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  text?: string;
  /** It never comes. */
  isSilent?: true;
}

/** Says what comes instead of the answer, once it is known; undefined = the answer. */
type Interrupting = (request: AskedRequest) => GivenAnswer | undefined | Promise<GivenAnswer | undefined>;

/** A server that speaks as a service's documentation says, on a port of its own. */
export interface ContentServer {
  /** `http://127.0.0.1:<port>` */
  url: string;
  asked: AskedRequest[];
  /** Answers that come before any other, one a request. One that depends on what was asked may leave it to the others. */
  trouble: (GivenAnswer | Interrupting)[];
  close(): Promise<void>;
}

/** What each service can do instead of answering. */
export const troubles = {
  unauthorized: { status: 401, json: { message: "Client must be authenticated." } },
  forbidden: { status: 403, json: { message: "Not permitted." } },
  slowDown: (seconds: number): GivenAnswer => ({
    status: 429,
    headers: { "retry-after": String(seconds) },
    json: { message: "Rate limit exceeded." },
  }),
  fault: { status: 500, text: "<html>Internal Server Error</html>" },
  malformed: { status: 200, text: '{"results": [' },
  silence: { isSilent: true },
  another: { status: 200, json: { hello: "world" } },
} as const;

/**
 * Starts a stand-in.
 * @param token what `Authorization` must be; anything else is 401, as with each of these services. Null: the answer sees
 *   to that itself
 * @param answer by path and query; undefined = 404
 */
export async function contentServer(
  token: string | null,
  answer: (request: AskedRequest) => GivenAnswer | undefined,
): Promise<ContentServer> {
  const asked: AskedRequest[] = [];
  const trouble: ContentServer["trouble"] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? "/", "http://stand-in.invalid");
    const { method = "GET", headers } = req;
    const body = await textOf(req);
    const request = { method, path: pathname, query: searchParams, headers, body };
    asked.push(request);
    const isKnown = token === null || headers.authorization === token;
    const first = trouble.shift();
    const given: GivenAnswer =
      (typeof first === "function" ? await first(request) : first) ??
      (isKnown ? answer(request) : troubles.unauthorized) ??
      ({ status: 404, json: { message: "Not found." } } satisfies GivenAnswer);
    if (given.isSilent) return;
    res.writeHead(given.status ?? 200, { "content-type": "application/json", ...given.headers });
    res.end(given.text ?? JSON.stringify(given.json));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    trouble,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/**
 * Waits for a certain request, and answers it alone.
 * @param fits the request meant
 * @param instead of its answer; undefined = the answer, once this is settled
 */
export function once(
  server: ContentServer,
  fits: (request: AskedRequest) => boolean,
  instead: Interrupting,
): void {
  const interrupting: Interrupting = (request) => {
    if (fits(request)) return instead(request);
    server.trouble.unshift(interrupting);
    return undefined;
  };
  server.trouble.push(interrupting);
}

/** `Basic`, as these services take an e-mail address and a token. */
export const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

async function textOf(request: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
