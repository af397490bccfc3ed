import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { repositoryFiles } from "./material";

/** A git repository served over HTTP on loopback, by git's own server program. */
export interface Repository {
  url: string;
  /** Bytes of its files. */
  bytes: number;
  close(): void;
}

/**
 * @param folder where it is made; must not exist
 * @param files how many it has
 */
export async function startRepository(folder: string, files: number): Promise<Repository> {
  mkdirSync(folder, { recursive: true });
  await git(["init", "--quiet", "--bare", "--initial-branch=main", path.join(folder, "bench.git")]);
  let bytes = 0;
  function* stream(): Generator<string> {
    yield "commit refs/heads/main\ncommitter Bench <bench@halden.example> 1700000000 +0000\ndata 4\nmade\n";
    for (const [name, text] of repositoryFiles(files)) {
      const length = Buffer.byteLength(text);
      bytes += length;
      yield `M 100644 inline ${name}\ndata ${length}\n${text}\n`;
    }
  }
  await git(["-C", path.join(folder, "bench.git"), "fast-import", "--quiet"], stream());
  const server = createServer((request, response) => void answer(folder, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/bench.git`,
    bytes,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function git(args: string[], input: Iterable<string> = []): Promise<void> {
  const child = spawn("git", args, { stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(child, "close");
  for (const text of input) if (!child.stdin.write(text)) await once(child.stdin, "drain");
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}`);
}

/** Runs git's CGI program (git-http-backend(1)) for one request. */
async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const child = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  request.pipe(child.stdin);
  let head = Buffer.alloc(0);
  let isBody = false;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    if (isBody) {
      response.write(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) continue;
    isBody = true;
    const lines = head.subarray(0, end).toString("latin1").split("\r\n");
    const fields = lines.map((line) => [
      line.slice(0, line.indexOf(":")),
      line.slice(line.indexOf(":") + 1).trim(),
    ]);
    const status = fields.find(([name]) => name === "Status")?.[1] ?? "200";
    response.writeHead(
      Number.parseInt(status, 10),
      Object.fromEntries(fields.filter(([name]) => name !== "Status")),
    );
    response.write(head.subarray(end + 4));
  }
  response.end();
}
