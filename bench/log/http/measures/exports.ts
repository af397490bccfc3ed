import { figureOf, round } from "../../figures";
import { BrokenCase, type Measured, measuredOf, shuffled } from "../../sampling";
import { ask } from "../client";
import { signIn } from "../people";
import type { Server } from "../server";
import type { WebBench } from "../web-run";

const rounds = { full: 2, check: 1 };
const idlePages = { full: 60, check: 5 };
const mostRows = 1_000_000;

interface Run {
  rows: number;
  tookMs: number;
  firstByteMs: number;
  bytes: number;
  memory: number;
  delayMs: number;
  /** The second person's pages meanwhile. */
  pages: number[];
}

/** Exports and the whole log over HTTP from the web process, while a second person reads pages. */
export const webExports = {
  name: "http-exports",
  async measure({ start, readers, values, check }: WebBench): Promise<Measured[]> {
    const server = await start();
    try {
      const owner = await signIn(server.url, readers.owner);
      const auditor = await signIn(server.url, readers.auditor);
      const page = () => readPage(server, auditor);
      const idle: number[] = [];
      for (let n = 0; n < 5; n += 1) await page();
      while (idle.length < idlePages[check ? "check" : "full"]) idle.push(await page());
      const rest = (await server.probe("mark")).rss;
      // The newest million: the part of the time that holds so many, as events come evenly enough.
      const since = sinceFor(values.kept);
      const runs: Record<string, () => Promise<Run>> = {
        csv: () => exported("csv"),
        json: () => exported("json"),
        xlsx: () => exported("xlsx"),
        whole: () => wholeLog("application/json"),
        lines: () => wholeLog("application/x-ndjson"),
      };
      const done = new Map<string, Run[]>();
      for (let n = 0; n < rounds[check ? "check" : "full"]; n += 1)
        for (const [name, run] of shuffled(Object.entries(runs)))
          done.set(name, [...(done.get(name) ?? []), await run()]);
      const all = [...done.values()].flat();
      return [
        ...[...done].map(([name, of]) => measured(name, of)),
        {
          ...measuredOf(
            {
              id: "http-page-during-export",
              title: "A second person's page while a million events are exported",
            },
            { ours: all.flatMap((run) => run.pages), raw: idle },
          ),
          more: { p95ByIdle: round(figureOf(all.flatMap((run) => run.pages)).p95 / figureOf(idle).p95) },
        },
      ];

      async function exported(format: string): Promise<Run> {
        const asked = await ask(server.url, "/exports", {
          method: "POST",
          headers: { cookie: owner, origin: new URL(server.url).origin, "content-type": "application/json" },
          body: JSON.stringify({ scope: "global", format, filter: { ...(since ? { since } : {}) } }),
          keepText: true,
        });
        if (asked.status !== 201)
          throw new BrokenCase(`asking for ${format} answered ${asked.status}: ${asked.text.slice(0, 200)}`);
        const { id } = JSON.parse(asked.text) as { id: string };
        const run = await watched(() => ask(server.url, `/exports/${id}`, { headers: { cookie: owner } }));
        const status = await ask(server.url, `/exports/${id}/status`, {
          headers: { cookie: owner },
          keepText: true,
        });
        const { state, rowsSent } = JSON.parse(status.text) as { state: string; rowsSent: number };
        if (state !== "done") throw new BrokenCase(`an export of ${format} is ${state}`);
        return { ...run, rows: rowsSent };
      }

      async function wholeLog(accept: string): Promise<Run> {
        const headers = { cookie: owner, "x-org-domain": "~", "sec-fetch-site": "same-origin", accept };
        const query = since ? `?since=${since}` : "";
        return watched(() => ask(server.url, `/api/ee/audit${query}`, { headers, marker: `"timestamp"` }));
      }

      /** Runs it while the second person reads, and asks the web process how it was. */
      async function watched(run: () => ReturnType<typeof ask>): Promise<Run> {
        await server.probe("mark");
        const pages: number[] = [];
        let going = true;
        const reading = (async () => {
          while (going) {
            pages.push(await page());
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        })();
        const answer = await run().finally(() => {
          going = false;
        });
        await reading;
        const { most, delayP99Ms } = await server.probe("read");
        if (answer.status !== 200) throw new BrokenCase(`an export answered ${answer.status}`);
        const { totalMs: tookMs, firstByteMs, bytes, markers } = answer;
        return {
          rows: markers,
          tookMs,
          firstByteMs,
          bytes,
          memory: most - rest,
          delayMs: delayP99Ms,
          pages,
        };
      }
    } finally {
      await server.stop();
    }
  },
};

function sinceFor({
  events,
  oldest,
  newest,
}: {
  events: number;
  oldest: string;
  newest: string;
}): string | null {
  if (events <= mostRows) return null;
  const span = Date.parse(newest) - Date.parse(oldest);
  return new Date(Date.parse(newest) - span * (mostRows / events)).toISOString();
}

const rowMarker = "data-event-id=";

async function readPage({ url }: Server, cookie: string): Promise<number> {
  const answer = await ask(url, "/settings/audit-logs", { headers: { cookie }, marker: rowMarker });
  if (answer.status !== 200 || answer.markers === 0)
    throw new BrokenCase(`a second person's page answered ${answer.status} with ${answer.markers} rows`);
  return answer.totalMs;
}

const titles: Record<string, string> = {
  csv: "CSV over HTTP",
  json: "JSON over HTTP",
  xlsx: "XLSX over HTTP",
  whole: "GET /api/ee/audit over HTTP",
  lines: "GET /api/ee/audit over HTTP, NDJSON",
};

function measured(name: string, runs: Run[]): Measured {
  return {
    id: `http-${name}`,
    title: titles[name] ?? name,
    unit: "rows/s",
    ours: figureOf(runs.map(({ rows, tookMs }) => (rows / tookMs) * 1_000)),
    rows: runs[0]?.rows ?? 0,
    more: {
      firstByteMs: round(figureOf(runs.map((r) => r.firstByteMs)).median),
      megabytes: round((runs[0]?.bytes ?? 0) / 1e6),
      memoryMiB: round(Math.max(...runs.map((r) => r.memory)) / 2 ** 20),
      delayP99Ms: round(Math.max(...runs.map((r) => r.delayMs))),
    },
  };
}
