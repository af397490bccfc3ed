import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { answerByGit } from "../../support/git-backend";

export interface GitSite {
  /** Of the repository, as a form takes it. */
  url: string;
  /** "host/owner/name", as the product calls it. */
  name: string;
  /** Puts the files into a commit of the branch. */
  commit(files: Record<string, string>, branch?: string): void;
  close(): void;
}

/** A site with one git repository below `/team`. */
export async function startGitSite(repository = "gateway"): Promise<GitSite> {
  const folder = mkdtempSync(path.join(tmpdir(), "gurulog-repository-"));
  const git = (...args: string[]) => execFileSync("git", ["-C", folder, ...args], { stdio: "ignore" });
  git("init", "--quiet", "--initial-branch=main");
  const address = new RegExp(`^/team/${repository}(?:\\.git)?(/[^?]*)`);
  const server = createServer((req, res) => {
    const [, below] = address.exec(req.url ?? "") ?? [];
    if (below) return answerByGit(req, res, { root: path.join(folder, ".git"), path: below });
    res.statusCode = 404;
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/team/${repository}`,
    name: `${host}/team/${repository}`,
    commit(files, branch) {
      if (branch) git("checkout", "--quiet", "-B", branch);
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        writeFileSync(path.join(folder, name), text);
      }
      git("add", "--all");
      git("-c", "user.name=A", "-c", "user.email=a@halden.example", "commit", "--quiet", "--message=one");
    },
    close() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
