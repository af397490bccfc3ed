import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { contextLines, matchLimits } from "@/components/code/search-address";
import { db, schema } from "@/lib/db/client";
import { closeSearchProcesses } from "@/lib/features/code-search/engine/search";
import type { VisibleRepository } from "@/lib/features/code-search/engine/types";
import { withTags } from "@/lib/features/code-search/revisions";
import { root } from "../scripts/serve/root";
import { makeCorpus } from "./code/corpus";
import { measureHard } from "./code/hard";
import { loadCorpus } from "./code/load";
import { ask, measure } from "./code/measure";
import { makeQueries } from "./code/queries";
import { ripgrep, ripgrepVersion } from "./code/ripgrep";
import { asBench } from "./log/load";
import { type BenchProduct, removeDataFolder, startBenchProduct } from "./seal/bench-product";
import { runSealerProcess } from "./seal/sealer-process";

const sizes = {
  full: { files: 100_000, bytes: 1e9, texts: 200, names: 100 },
  small: { files: 5_000, bytes: 5e7, texts: 40, names: 20 },
};
const warmUps = 10;
/** What is asked for: by the page of the search, and by whoever reads the API for as much as the page loads next. */
const pages = {
  page: { matches: matchLimits[0], contextLines },
  api: { matches: matchLimits[1], contextLines: 0 },
};

/** `npm run bench:code`: how fast code is indexed and searched, beside ripgrep over the same files. */
async function main(): Promise<void> {
  const isSmall = process.argv.includes("--small");
  const keep = process.argv.includes("--keep");
  const { texts, names, ...wanted } = isSmall ? sizes.small : sizes.full;
  const folder = process.env.GURULOG_BENCH_CORPUS ?? path.join(tmpdir(), "gurulog-bench-code");
  mkdirSync(folder, { recursive: true });
  const corpus = await makeCorpus(folder, wanted);
  const dataDir = path.join(folder, `data-${wanted.files}`);
  const product = await startBenchProduct(process.argv[1] ?? "", { dataDir });
  try {
    const loadAtBegin = loadavg();
    const { indexing, ...index } = await loadCorpus(corpus, await guruOf());
    const rate = indexing && {
      ...indexing,
      filesPerS: Math.round(index.files / indexing.seconds),
      mbPerS: Math.round(index.textBytes / 1e5 / indexing.seconds) / 10,
    };
    console.log(JSON.stringify({ index, indexing: rate }, null, 2));
    const queries = await makeQueries(corpus, { texts, names, seed: 8 });
    const repositories = await everyRepository();
    const isWanted = !process.argv.includes("--without-ripgrep");
    const rg = isWanted ? await ripgrepVersion() : null;
    if (isWanted && rg === null)
      console.log("ripgrep is not in the path (Debian: apt-get install ripgrep): left out.");
    await settle(product, rg === null ? null : corpus.folder);
    const measures: Record<string, Record<string, Awaited<ReturnType<typeof measure>>>> = {};
    let bootMs = 0;
    // Of each kind a few, other than those measured: a search process that has just begun has read nothing.
    const others = await makeQueries(corpus, { texts: warmUps, names: warmUps, seed: 9 });
    for (const [name, page] of Object.entries(pages)) {
      // Each begins with a process that keeps nothing.
      closeSearchProcesses();
      // Ripgrep shows the same lines, whoever asks.
      const withRipgrep = rg !== null && page === pages.page;
      const where = { repositories, page, folder: corpus.folder, withRipgrep };
      const first = queries.literals[0];
      bootMs ||= first ? (await ask(first, repositories, page)).ms : 0;
      for (const query of [...others.literals, ...others.regexes, ...others.symbols])
        await ask(query, repositories, page);
      measures[name] = await measureKinds(queries, where);
      console.log(JSON.stringify({ [name]: measures[name] }, null, 2));
    }
    const [other] = queries.literals;
    const hard = other ? await measureHard(other, { repositories, page: pages.page }) : [];
    console.log(JSON.stringify({ hard }, null, 2));
    const at = new Date().toISOString();
    const machine = {
      ...{ cpus: cpus().length, model: cpus()[0]?.model, memoryGib: Math.round(totalmem() / 1024 ** 3) },
      ...{ loadAtBegin, loadAtEnd: loadavg() },
    };
    const { postgresVersion: postgres } = product;
    const about = { at, node: process.version, postgres, ripgrep: rg, machine, pages, bootMs };
    const result = { ...about, index, indexing: rate, measures, hard };
    if (!isSmall) {
      const results = path.join(root, "bench", "results");
      mkdirSync(results, { recursive: true });
      writeFileSync(
        path.join(results, `code-${at.slice(0, 10)}.json`),
        `${JSON.stringify(result, null, 2)}\n`,
      );
    }
  } finally {
    closeSearchProcesses();
    await product.close();
    if (!keep) {
      removeDataFolder(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
}

/** What was just written is in order, and both read from memory: the index and, for ripgrep, the files. */
async function settle({ runtime }: BenchProduct, folder: string | null): Promise<void> {
  await asBench(runtime, async (sql) => {
    for (const table of ["code_file", "code_part", "code_posting", "code_repository", "code_segment"])
      await sql`vacuum (analyze) ${sql(table)}`.simple();
    await sql`select sum(length(data)) from code_posting`;
    await sql`select sum(length(content)) + sum(length(symbols)) from code_part`;
  });
  if (folder !== null) await ripgrep(folder, { regex: "settled", isCaseSensitive: true, most: null });
}

async function measureKinds(
  queries: Awaited<ReturnType<typeof makeQueries>>,
  where: Parameters<typeof measure>[1],
): Promise<Record<string, Awaited<ReturnType<typeof measure>>>> {
  const measures: Record<string, Awaited<ReturnType<typeof measure>>> = {};
  for (const [name, those] of Object.entries(queries))
    if (those.length > 0) measures[name] = await measure(those, where);
    else console.log(`${name}: the index has none, left out.`);
  return measures;
}

/** The guru that has all repositories. */
async function guruOf(): Promise<string> {
  const [there] = await db().execute<{ id: string }>(sql`select id from guru where slug = 'packages'`);
  if (there) return there.id;
  const [made] = await db()
    .insert(schema.guru)
    .values({ orgId: 1, name: "Packages", slug: "packages" })
    .returning({ id: schema.guru.id });
  if (!made) throw new Error("no guru was made");
  return made.id;
}

async function everyRepository(): Promise<VisibleRepository[]> {
  const rows = await db().select().from(schema.codeRepository);
  return rows.map(({ heads, tags, guruId, ...row }) => ({
    ...row,
    isOutdated: false,
    guru: { id: guruId, slug: "packages", name: "Packages" },
    branches: withTags(heads, tags),
  }));
}

if (process.argv[2] === "sealer") runSealerProcess();
else await main();
