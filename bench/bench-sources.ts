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

/** Before the first source is read, the page is measured on its own, after so many that warm up. */
const warmUps = 20;
/**
 * How long that takes. Node lets its heap grow by hundreds of MiB before it clears up for the first time, whatever the
 * process does: that is to be over when the indexing begins, or it would be taken for what the indexing needs.
 */
const restMs = { full: 120_000, check: 30_000 };
/** The web process may take so much more than at rest. */
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
    const materials = await readEnds(self, dataDir, added);
    const at = new Date().toISOString();
    const machine = { cpus: cpus().length, model: cpus()[0]?.model, loadAtBegin, loadAtEnd: loadavg() };
    const result = { at, node: process.version, machine, amounts, materials, web };
    console.log(JSON.stringify({ materials, web }, null, 2));
    if (!check) {
      const folder = path.join(root, "bench", "results");
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        path.join(folder, `sources-${at.slice(0, 10)}.json`),
        `${JSON.stringify(result, null, 2)}\n`,
      );
    }
    // In so short a time the heap is not at rest yet.
    if (!check && web.memoryMib > mostMemoryMib)
      throw new Error(`the web process grew by ${web.memoryMib} MiB, more than ${mostMemoryMib}`);
  } finally {
    site.close();
    repository.close();
    removeDataFolder(dataDir);
  }
}

/** Reads the audit page before the indexing begins and while it goes on. */
async function watch(server: Server, { owner, slug, startsAt }: Added) {
  const cookie = await signIn(server.url, owner);
  const read = async (address: string): Promise<{ ms: number; text: string }> => {
    const begun = performance.now();
    const answer = await fetch(`${server.url}${address}`, { headers: { cookie } });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${address} answered ${answer.status}\n${server.lastLines()}`);
    return { ms: performance.now() - begun, text };
  };
  const audit = "/settings/audit-logs";
  const idle: number[] = [];
  for (let n = 0; n < warmUps; n += 1) await read(audit);
  while (Date.now() < startsAt) idle.push((await read(audit)).ms);
  const rest = (await server.probe("mark")).most;
  const during: number[] = [];
  const begunAt = Date.now();
  while (Date.now() < begunAt + patienceMs) {
    during.push((await read(audit)).ms);
    if (during.length % 20 !== 19) continue;
    const { text } = await read(`/gurus/${slug}/data-sources`);
    if (!/being indexed/.test(text)) break;
  }
  const { most, delayP99Ms, delayMaxMs } = await server.probe("read");
  return {
    memoryMib: round(Math.max(0, most - rest) / 1024 ** 2),
    mostMib: round(most / 1024 ** 2),
    restMib: round(rest / 1024 ** 2),
    delayP99Ms: round(delayP99Ms),
    delayMaxMs: round(delayMaxMs),
    pageIdleMs: figureOf(idle),
    pageMeanwhileMs: figureOf(during),
    meanwhileByIdle: ratioOf(during, idle),
  };
}

if (process.argv[2] === "sealer") runSealerProcess();
else await main();
