import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { sql } from "drizzle-orm";
import { db, schema } from "@/lib/db/client";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { runtime } from "@/lib/platform/runtime";
import { round } from "../log/figures";
import type { Corpus } from "./corpus";

const lookMs = 200;
const mib = 1024 ** 2;

/** Makes our copy of a repository, as a fetch leaves it. @returns its commit */
async function makeCopy(folder: string, files: string): Promise<string> {
  mkdirSync(path.dirname(folder), { recursive: true });
  await git(["init", "--quiet", "--bare", "--initial-branch=main", folder]);
  function* stream(): Generator<Buffer | string> {
    yield "commit refs/heads/main\ncommitter Bench <bench@halden.example> 1700000000 +0000\ndata 4\nmade\n";
    for (const entry of readdirSync(files, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const content = readFileSync(file);
      yield `M 100644 inline ${JSON.stringify(path.relative(files, file))}\ndata ${content.length}\n`;
      yield content;
      yield "\n";
    }
  }
  await git(["-C", folder, "fast-import", "--quiet"], stream());
  return (await git(["-C", folder, "rev-parse", "main"])).trim();
}

async function git(args: string[], input: Iterable<Buffer | string> = []): Promise<string> {
  const child = spawn("git", args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  for (const piece of input) if (!child.stdin.write(piece)) await once(child.stdin, "drain");
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}`);
  return output;
}

/** The most memory that each kind of process holds while something goes on, as the kernel tells it; 0 where it does not. */
function watchMemory(): { stop(): { indexerMib: number; workerMib: number } } {
  let [indexer, worker] = [0, 0];
  const timer = setInterval(() => {
    worker = Math.max(worker, process.memoryUsage.rss());
    if (!existsSync("/proc/self/status")) return;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      indexer = Math.max(indexer, heldBy(pid));
  }, lookMs);
  return {
    stop() {
      clearInterval(timer);
      return { indexerMib: round(indexer / mib), workerMib: round(worker / mib) };
    },
  };
}

/** Of a process of ours that indexes; 0 of any other. */
function heldBy(pid: string): number {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("index-code.mjs")) return 0;
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) !== process.pid) return 0;
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has ended meanwhile
  }
}

async function addSource(guruId: string, name: string, files: string): Promise<string> {
  const id = randomUUID();
  const commit = await makeCopy(path.join(runtime().dataDir, "repositories", `${id}.git`), files);
  // Nobody answers there, nor is anybody asked: the copy has the commit.
  const url = `https://127.0.0.1:1/npm/${name}`;
  await db()
    .insert(schema.dataSource)
    .values({
      ...{ id, guruId, kind: "GITHUB_REPO", title: name, url, urlKey: url, status: "SUCCESS", shownRun: 1 },
      sha256: createHash("sha256").update(url).digest(),
      settings: { commit },
    });
  return id;
}

/** Indexes each repository of the corpus by the product's own job, one after the other, but those that are indexed already. */
export async function loadCorpus(corpus: Corpus, guruId: string) {
  let seconds = 0;
  const done = await db().execute<{ url: string }>(
    sql`select s.url from data_source s join code_repository r on r.source_id = s.id where r.generation > 0`,
  );
  const isDone = new Set(done.map(({ url }) => path.posix.basename(url)));
  const memory = watchMemory();
  for (const name of corpus.repositories) {
    if (isDone.has(name)) continue;
    await db().execute(sql`delete from data_source where title = ${name}`);
    const id = await addSource(guruId, name, path.join(corpus.folder, name));
    const begun = performance.now();
    await indexCode({ dataSourceId: id });
    seconds += (performance.now() - begun) / 1000;
    const [row] = await db().execute<{ generation: number; files: number; problem: string | null }>(
      sql`select generation, files, problem from code_repository where source_id = ${id}`,
    );
    if (!row || row.generation === 0) throw new Error(`${name} was not indexed: ${row?.problem}`);
    console.log(`${name}: ${row.files} files, ${round(seconds)} s`);
  }
  const held = memory.stop();
  const whole = isDone.size === 0 ? { seconds: round(seconds), ...held } : null;
  return { ...(await sizes()), indexing: whole };
}

/** Of the index: what its tables take with all that belongs to them, by the text. */
async function sizes() {
  await db().execute(sql`analyze`);
  const tables = await db().execute<{ name: string; bytes: number }>(sql`
    select relname as name, pg_total_relation_size(oid)::float8 as bytes from pg_class
    where relkind = 'r' and relname like 'code\\_%' order by 1`);
  const [text] = await db().execute<{ files: number; bytes: number }>(
    sql`select sum(files)::float8 as files, sum(bytes)::float8 as bytes from code_repository`,
  );
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return {
    files: text?.files ?? 0,
    textBytes: text?.bytes ?? 0,
    indexBytes: bytes,
    indexByText: round(bytes / (text?.bytes ?? 1)),
    tables: Object.fromEntries(tables.map((table) => [table.name, table.bytes])),
  };
}
