import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { root } from "../scripts/serve/root";
import { figureOf, ratioOf, round } from "./log/figures";
import { signIn } from "./log/http/people";
import { type Server, startServer } from "./log/http/server";
import { removeDataFolder } from "./seal/bench-product";
import { runSealerProcess } from "./seal/sealer-process";
import { type Added, addMaterial, readEnds } from "./sources/add-material";
import { checkAmounts, fullAmounts } from "./sources/material";
import { startRepository } from "./sources/repository";
import { startSite } from "./sources/site";

/** Before anything is measured, the page is read so often. */
const warmUps = 20;
/** How long the page is then measured on its own, before the first source is read. */
const restMs = { full: 60_000, check: 15_000 };
/** The web process may take so much more than one that shows the same pages and has nothing to index. */
const mostMemoryMib = 300;
const patienceMs = 30 * 60_000;

/** `npm run bench:sources`: how fast a team's material is indexed, and what the web process and its readers notice. */
async function main(): Promise<void> {
  const check = process.argv.includes("--check");
  const amounts = check ? checkAmounts : fullAmounts;
  const dataDir = mkdtempSync(path.join(tmpdir(), "gurulog-bench-sources-"));
  const self = process.argv[1] ?? "";
  const site = await startSite(amounts.sitePages);
  const repository = await startRepository(path.join(dataDir, "git"), amounts.repositoryFiles);
  try {
    const rest = check ? restMs.check : restMs.full;
    const added = await addMaterial({ self, dataDir, site, repository, amounts, restMs: rest });
    const server = await startServer({ dataDir, env: { GURULOG_ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" } });
    const loadAtBegin = loadavg();
    const web = await watch(server, added).finally(() => server.stop());
    // The same reads once more, where nothing is indexed any longer: Node lets its heap grow by hundreds of MiB with pages
    // alone before it clears up, and that is not what the indexing needs.
    const alone = await startServer({ dataDir });
    const control = await readAgain(alone, added, web.reads).finally(() => alone.stop());
    const memory = memoryOf(web, control);
    const materials = await readEnds(self, dataDir, added);
    const at = new Date().toISOString();
    const machine = { cpus: cpus().length, model: cpus()[0]?.model, loadAtBegin, loadAtEnd: loadavg() };
    const result = { at, node: process.version, machine, amounts, materials, web, control, memory };
    console.log(JSON.stringify({ materials, web, control, memory }, null, 2));
    if (!check) {
      const folder = path.join(root, "bench", "results");
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        path.join(folder, `sources-${at.slice(0, 10)}.json`),
        `${JSON.stringify(result, null, 2)}\n`,
      );
    }
    for (const [what, mib] of Object.entries(memory))
      if (mib > mostMemoryMib)
        throw new Error(`the web process grew by ${mib} MiB (${what}), more than ${mostMemoryMib}`);
  } finally {
    site.close();
    repository.close();
    removeDataFolder(dataDir);
  }
}

const auditPage = "/settings/audit-logs";

/** @returns a reader of pages, with its time in milliseconds, as the owner */
async function reader(server: Server, owner: Added["owner"]) {
  const cookie = await signIn(server.url, owner);
  return async (address: string): Promise<{ ms: number; text: string }> => {
    const begun = performance.now();
    const answer = await fetch(`${server.url}${address}`, { headers: { cookie } });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${address} answered ${answer.status}\n${server.lastLines()}`);
    return { ms: performance.now() - begun, text };
  };
}

/** Reads the audit page before the indexing begins and while it goes on. */
async function watch(server: Server, { owner, slug, startsAt }: Added) {
  const read = await reader(server, owner);
  const idle: number[] = [];
  for (let n = 0; n < warmUps; n += 1) await read(auditPage);
  while (Date.now() < startsAt) idle.push((await read(auditPage)).ms);
  const atRest = await memoryNow(server, "mark");
  const during: number[] = [];
  const begunAt = Date.now();
  while (Date.now() < begunAt + patienceMs) {
    during.push((await read(auditPage)).ms);
    if (during.length % lookEvery !== lookEvery - 1) continue;
    const { text } = await read(sourcesPage(slug));
    if (!/being indexed/.test(text)) break;
  }
  const { delayP99Ms, delayMaxMs } = await server.probe("read");
  return {
    atRest,
    atEnd: await memoryNow(server, "read"),
    reads: { before: idle.length, during: during.length },
    delayP99Ms: round(delayP99Ms),
    delayMaxMs: round(delayMaxMs),
    pageIdleMs: figureOf(idle),
    pageMeanwhileMs: figureOf(during),
    meanwhileByIdle: ratioOf(during, idle),
  };
}

/** Among so many reads of the audit page stands one that asks whether it is over. */
const lookEvery = 20;
const sourcesPage = (slug: string) => `/gurus/${slug}/data-sources`;

/** The same reads of the same pages, by a process that has nothing else to do. */
async function readAgain(
  server: Server,
  { owner, slug }: Added,
  reads: { before: number; during: number },
): Promise<{ atRest: Memory; atEnd: Memory }> {
  const read = await reader(server, owner);
  for (let n = 0; n < warmUps + reads.before; n += 1) await read(auditPage);
  const atRest = await memoryNow(server, "mark");
  for (let n = 1; n <= reads.during; n += 1) {
    await read(auditPage);
    if (n % lookEvery === lookEvery - 1) await read(sourcesPage(slug));
  }
  return { atRest, atEnd: await memoryNow(server, "read") };
}

/** MiB of a process. */
interface Memory {
  /** The most that it took of the machine since the last mark. */
  most: number;
  /** In use, once its heap is cleared up. */
  held: number;
}

async function memoryNow(server: Server, what: "mark" | "read"): Promise<Memory> {
  const { most } = await server.probe(what);
  return { most: mib(most), held: mib(await server.held()) };
}

const mib = (bytes: number) => round(bytes / 1024 ** 2);

/** MiB by which the process that indexed is above the one that did not. */
function memoryOf(web: { atRest: Memory; atEnd: Memory }, control: { atRest: Memory; atEnd: Memory }) {
  return {
    mostAboveControl: round(web.atEnd.most - control.atEnd.most),
    heldSinceRest: round(web.atEnd.held - web.atRest.held),
  };
}

if (process.argv[2] === "sealer") runSealerProcess();
else await main();
