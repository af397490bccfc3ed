import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach } from "vitest";
import { answerByGit } from "@/tests/support/git-backend";
import { serve, type TestHost } from "../fetching/servers";

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

  /**
   * Writes a tree that no working copy would have.
   * @param entries as git-mktree(1) reads them
   */
  tree(entries: readonly string[]): string {
    const input = entries.map((entry) => `${entry}\0`).join("");
    return execFileSync("git", ["mktree", "-z"], { cwd: this.folder, env, input }).toString().trim();
  }

  /** @returns the commit, which no branch leads to */
  commitTree(tree: string): string {
    return this.git("commit-tree", "-m", "tree", tree);
  }
}

export interface GitHost extends TestHost {
  /** What was asked for, in order. */
  requests: { url: string; authorization: string | undefined }[];
}

type Answer = (req: IncomingMessage, res: ServerResponse, pass: () => void) => void;

/** A host that serves a repository at `/team/handbook.git`, or any other name, by git's own HTTP backend. */
export async function serveGit(
  repository: TestRepository,
  answer: Answer = (_req, _res, pass) => pass(),
): Promise<GitHost> {
  const requests: GitHost["requests"] = [];
  const host = await serve((req, res) => {
    requests.push({ url: req.url ?? "", authorization: req.headers.authorization });
    const [pathname = ""] = (req.url ?? "").split("?");
    const asked = pathname.replace(/^\/team\/[^/]+/, "");
    answer(req, res, () =>
      answerByGit(req, res, { root: path.join(repository.folder, ".git"), path: asked }),
    );
  });
  return { ...host, requests };
}
