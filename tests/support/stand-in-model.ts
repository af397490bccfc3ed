import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A chat completion as it was asked for. */
export interface AskedModel {
  url: string;
  headers: IncomingHttpHeaders;
  body: { model?: string; stream?: boolean; messages?: { role: string; content: string }[] };
}

type Answering = (response: ServerResponse, asked: AskedModel) => void | Promise<void>;

export interface StandInModel {
  /** What LLM_BASE_URL is to be. */
  url: string;
  asked: AskedModel[];
  /** Resolves when the client has closed the connection of the answer under way. */
  left: () => Promise<void>;
  /** How the next questions are answered. */
  answers(how: Answering): void;
  close(): Promise<void>;
}

/** A server that speaks the protocol of chat completions, and does to it whatever a test wants. */
export async function startStandInModel(): Promise<StandInModel> {
  const asked: AskedModel[] = [];
  let how: Answering = writes("Nothing was set.");
  let closing: Promise<void> = Promise.resolve();
  const server = createServer(async (request, response) => {
    const one = { url: request.url ?? "", headers: request.headers, body: JSON.parse(await textOf(request)) };
    asked.push(one);
    closing = new Promise((resolve) => response.once("close", () => resolve()));
    response.on("error", () => {});
    await how(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    left: () => closing,
    answers(next) {
      how = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Begins a stream of server-sent events. */
export function begin(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.flushHeaders();
}

/** One event with a chunk of the answer; `finish` is the last chunk's reason. */
export function send(response: ServerResponse, text: string, finish: string | null = null): void {
  const chunk = {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "stand-in",
    choices: [{ index: 0, delta: text === "" ? {} : { content: text }, finish_reason: finish }],
  };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

/** A whole answer in pieces. */
export function writes(...pieces: string[]): Answering {
  return (response) => {
    begin(response);
    for (const piece of pieces) send(response, piece);
    send(response, "", "stop");
    response.end("data: [DONE]\n\n");
  };
}

/** A refusal; its body repeats the key, as some servers do. */
export function refuses(status: number, headers: Record<string, string> = {}): Answering {
  return (response, { headers: sent }) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { message: `Incorrect key: ${sent.authorization}`, type: "x" } }));
  };
}
