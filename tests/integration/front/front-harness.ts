import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import net from "node:net";
import { currentRequest, type RequestContext } from "@/lib/platform/request-context";
import { parseTrustedProxies } from "@/lib/platform/trusted-proxies";
import { createFront, type Front, type FrontOptions } from "@/scripts/serve/front/create-front";

export type Echo = {
  url: string;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  context: RequestContext;
  bodyBytes: number;
};
type Reply = { status: number; headers: IncomingHttpHeaders; text: string; echo: () => Echo };
export type Started = { port: number; front: Front; errors: unknown[]; close: () => Promise<void> };
type Options = Partial<Omit<FrontOptions, "trusted" | "publicUrl">> & { trust?: string; publicUrl?: string };

/** Reads the whole body, then answers what the front told the application. */
export async function echo(req: IncomingMessage, res: ServerResponse): Promise<void> {
  let bodyBytes = 0;
  for await (const chunk of req) bodyBytes += (chunk as Buffer).length;
  await new Promise(setImmediate);
  const { url = "", headers, rawHeaders } = req;
  const answer: Echo = { url, headers, rawHeaders, context: currentRequest(), bodyBytes };
  res.setHeader("content-type", "application/json");
  res.end(JSON.stringify(answer));
}

export async function startFront({ trust, publicUrl, ...rest }: Options = {}): Promise<Started> {
  const errors: unknown[] = [];
  const front = createFront({
    handle: echo,
    host: "127.0.0.1",
    port: 0,
    trusted: parseTrustedProxies(trust),
    publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl),
    log: (_context, error) => errors.push(error),
    ...rest,
  });
  const { port } = await front.listen();
  return { port, front, errors, close: front.close };
}

export type Call = {
  method?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  agent?: http.Agent;
};

/** One real request on a connection of its own, unless an agent is given. */
export function call(
  port: number,
  { method = "GET", path = "/", headers = {}, body, agent }: Call = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const req = http.request(
      { port, host: "127.0.0.1", method, path, headers, agent: agent ?? false },
      (res) => {
        const chunks: Buffer[] = [];
        res.on("data", (chunk: Buffer) => chunks.push(chunk));
        res.on("error", reject);
        res.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            text,
            echo: () => JSON.parse(text) as Echo,
          });
        });
      },
    );
    req.on("error", reject);
    req.end(body);
  });
}

export type RawConnection = { socket: net.Socket; received: () => string; closed: Promise<string> };

/** A bare TCP connection, for requests that no HTTP client would send. */
export async function connect(port: number, text = ""): Promise<RawConnection> {
  const socket = net.connect({ port, host: "127.0.0.1" });
  let data = "";
  socket.setEncoding("latin1").on("data", (chunk) => {
    data += chunk;
  });
  // A reset is one of the ways in which a server hangs up; what arrived before it is what the tests look at.
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(data)));
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  if (text !== "") socket.write(text);
  return { socket, received: () => data, closed };
}

/** Polls until `done` holds. */
export async function until(done: () => boolean, what: string, withinMs = 5_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!done()) {
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
