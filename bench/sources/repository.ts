import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { answerByGit } from "../../tests/support/git-backend";
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
  const server = createServer((request, response) => {
    const [asked = ""] = (request.url ?? "").split("?");
    answerByGit(request, response, { root: folder, path: asked });
  });
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
