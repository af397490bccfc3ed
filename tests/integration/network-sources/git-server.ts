import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach } from "vitest";
import { serve, type TestHost } from "../fetching/servers";

const run = promisify(execFile);
const env = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@halden.example",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@halden.example",
  NODE_ENV: "test" as const,
};
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A repository on disk, as a team has it. */
export class TestRepository {
  readonly root = mkdtempSync(path.join(tmpdir(), "gurulog-git-"));
  readonly folder = path.join(this.root, "work");

  constructor() {
    made.push(this.root);
    mkdirSync(this.folder);
    this.git("init", "--quiet", "--initial-branch=main");
  }

  git(...args: string[]): string {
    return execFileSync("git", args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  }

  /** Writes files and commits all that there is. @returns the commit */
  commit(files: Record<string, string | Buffer>): string {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "--message=change");
    return this.git("rev-parse", "HEAD");
  }

  /**
   * Puts an entry into the tree that no working copy would have, and commits it.
   * @param mode as git writes it: 120000 is a link, 160000 a module
   */
  commitEntry(mode: string, object: string, name: string): string {
    this.git("update-index", "--add", "--cacheinfo", `${mode},${object},${name}`);
    this.git("commit", "--quiet", "--message=entry");
    return this.git("rev-parse", "HEAD");
  }
}

export interface GitHost extends TestHost {
  /** What was asked for, in order. */
  requests: { url: string; authorization: string | undefined }[];
}

type Answer = (req: IncomingMessage, res: ServerResponse, pass: () => void) => void;

/** A host that serves a repository at `/team/handbook.git` by git's own HTTP backend. */
export async function serveGit(
  repository: TestRepository,
  answer: Answer = (_req, _res, pass) => pass(),
): Promise<GitHost> {
  const requests: GitHost["requests"] = [];
  const { stdout: execPath } = await run("git", ["--exec-path"], { env });
  const backend = path.join(execPath.trim(), "git-http-backend");
  const host = await serve((req, res) => {
    requests.push({ url: req.url ?? "", authorization: req.headers.authorization });
    answer(req, res, () => runBackend(backend, repository, req, res));
  });
  return { ...host, requests };
}

/** CGI (RFC 3875), as far as git's backend needs it. */
function runBackend(
  backend: string,
  repository: TestRepository,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const [pathname = "", query = ""] = (req.url ?? "").split("?");
  const child = spawn(backend, [], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      ...env,
      GIT_PROJECT_ROOT: path.join(repository.folder, ".git"),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathname.replace(/^\/team\/handbook(\.git)?/, ""),
      QUERY_STRING: query,
      REQUEST_METHOD: req.method ?? "GET",
      CONTENT_TYPE: req.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: String(req.headers["content-encoding"] ?? ""),
      GIT_PROTOCOL: String(req.headers["git-protocol"] ?? ""),
    },
  });
  child.stdin.on("error", () => {});
  req.pipe(child.stdin);
  let head = Buffer.alloc(0);
  child.stdout.on("data", (part: Buffer) => {
    if (res.headersSent) return void res.write(part);
    head = Buffer.concat([head, part]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return;
    for (const line of head.toString("latin1", 0, end).split("\r\n")) {
      const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
      if (name.toLowerCase() === "status") res.statusCode = Number.parseInt(value, 10);
      else res.setHeader(name, value);
    }
    res.write(head.subarray(end + 4));
  });
  child.stdout.on("end", () => res.end());
}
