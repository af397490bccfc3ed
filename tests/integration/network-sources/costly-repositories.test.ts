import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { globProblem } from "@/lib/features/data-sources/git/path-globs";
import { chosenFiles, fileTexts } from "@/lib/features/data-sources/git/repository-files";
import { TestRepository } from "./git-server";

const signal = new AbortController().signal;
const copyOf = (repository: TestRepository) => path.join(repository.folder, ".git");

/** A commit with files of such names, all of the same words. */
function withFiles(names: readonly string[]) {
  const repository = new TestRepository();
  repository.commit({ a: "words" });
  const blob = repository.git("rev-parse", "HEAD:a");
  const tree = repository.tree(names.map((name) => `100644 blob ${blob}\t${name}`));
  return { folder: copyOf(repository), commit: repository.commitTree(tree) };
}

describe("folders without end", () => {
  /** Ten empty folders in each of ten, ten deep: eleven objects, and ten thousand million visits. */
  function endless() {
    const repository = new TestRepository();
    let tree = repository.tree([]);
    for (let depth = 0; depth < 10; depth++)
      tree = repository.tree(Array.from({ length: 10 }, (_, n) => `040000 tree ${tree}\t${n}`));
    return { folder: copyOf(repository), commit: repository.commitTree(tree) };
  }

  it("are given up after a time", async () => {
    const { folder, commit } = endless();
    await expect(chosenFiles(folder, [commit], {}, signal, { gitMs: 1_000 })).rejects.toThrow(
      /more time than is allowed/,
    );
  });

  it("are given up by the system after so much computing, when nobody is there to do it", async () => {
    const { folder, commit } = endless();
    await expect(chosenFiles(folder, [commit], {}, signal, { cpuSeconds: 1 })).rejects.toThrow(
      /more time than is allowed/,
    );
  });

  it("do not keep a worker from stopping", async () => {
    const { folder, commit } = endless();
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("the worker stops")), 300);
    await expect(chosenFiles(folder, [commit], {}, stop.signal)).rejects.toThrow("the worker stops");
  });
});

describe("names and patterns that take minutes to compare", () => {
  const include = Array.from({ length: 50 }, (_, n) => `*${"a".repeat(150)}x${n}`);
  const costly = () => withFiles(Array.from({ length: 2_000 }, (_, n) => `${"a".repeat(900)}${n}`));

  it("leave the process to others meanwhile, and are given up", async () => {
    expect(include.flatMap((glob) => globProblem(glob) ?? [])).toEqual([]);
    const { folder, commit } = costly();
    // In time of the processor: a machine that stood still blocked nobody.
    let longest = 0;
    let last = process.cpuUsage();
    const look = () => {
      const { user, system } = process.cpuUsage(last);
      longest = Math.max(longest, (user + system) / 1_000);
      last = process.cpuUsage();
    };
    const timer = setInterval(look, 1);
    try {
      await expect(chosenFiles(folder, [commit], { include }, signal, { choosingMs: 2_000 })).rejects.toThrow(
        /fewer or shorter patterns/,
      );
    } finally {
      clearInterval(timer);
    }
    look();
    expect(longest).toBeLessThan(1_000);
  });

  it("do not keep a worker from stopping", async () => {
    const { folder, commit } = costly();
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("the worker stops")), 1_000);
    await expect(chosenFiles(folder, [commit], { include }, stop.signal)).rejects.toThrow("the worker stops");
  });
});

it("a path of more than a thousand characters is left out", async () => {
  const lengths = [999, 1_000, 1_001, 3_999, 100_000];
  const { folder, commit } = withFiles(lengths.map((length) => "ø".repeat(length)));
  const { files } = await chosenFiles(folder, [commit], {}, signal);
  expect(files.map((file) => file.path.length)).toEqual([999, 1_000]);
});

it("a file that git does not come to the end of is given up", async () => {
  const { folder } = withFiles(["a"]);
  const blob = "ab".repeat(20);
  mkdirSync(path.join(folder, "objects", "ab"), { recursive: true });
  // Nobody ever writes into it.
  execFileSync("mkfifo", [path.join(folder, "objects", "ab", blob.slice(2))]);
  const texts = fileTexts(folder, [{ path: "a", blob, sizeBytes: 5, commits: [] }], signal, { gitMs: 500 });
  await expect(texts.next()).rejects.toThrow(/more time than is allowed/);
});
