import { type AuditFilter, filterParams } from "@/lib/audit/query/filter";
import { cursorText } from "@/lib/audit/query/sealed-order";
import { figureOf } from "../../figures";
import { BrokenCase, type Case, type Measured, sample } from "../../sampling";
import { filterOf, momentAt } from "../../values";
import { ask } from "../client";
import { signIn } from "../people";
import type { WebBench } from "../web-run";

const pace = {
  full: { rounds: 20, budgetMs: 4_000, fewest: 5 },
  check: { rounds: 2, budgetMs: 200, fewest: 1 },
};
const rowMarker = "data-event-id=";
const dimensions = ["guru", "model", "actor", "actionType", "operation", "outcome"] as const;

interface Timing {
  firstByteMs: number[];
  firstRowMs: number[];
}

/** The audit page and the API of the built product over HTTP, signed in, one person at a time. */
export const webPages = {
  name: "http-pages",
  async measure({ start, readers, values, check }: WebBench): Promise<Measured[]> {
    const server = await start();
    try {
      const cookie = await signIn(server.url, readers.owner);
      const timings = new Map<string, Timing>();
      const asked = (
        id: string,
        title: string,
        address: string,
        options: { api?: boolean; marker?: string; fewestRows?: number } = {},
      ): Case => {
        const { api = false, marker = rowMarker, fewestRows = 1 } = options;
        const timing: Timing = { firstByteMs: [], firstRowMs: [] };
        timings.set(id, timing);
        const headers = { cookie, ...(api ? { "x-org-domain": "~", "sec-fetch-site": "same-origin" } : {}) };
        return {
          id,
          title,
          fewestRows,
          async ours() {
            const answer = await ask(server.url, address, { headers, marker });
            if (answer.status !== 200)
              throw new BrokenCase(
                `${address} answered ${answer.status}; the server:\n${server.lastLines()}`,
              );
            timing.firstByteMs.push(answer.firstByteMs);
            if (answer.firstMarkerMs !== null) timing.firstRowMs.push(answer.firstMarkerMs);
            return answer.markers;
          },
        };
      };
      const page = (
        id: string,
        parts: Partial<AuditFilter>,
        fewestRows = 1,
        more: Record<string, string> = {},
      ) => {
        const params = new URLSearchParams([...filterParams(filterOf(parts)), ...Object.entries(more)]);
        return asked(
          `http-${id}`,
          `Page over HTTP: ${id.replaceAll("-", " ")}`,
          `/settings/audit-logs?${params}`,
          { fewestRows },
        );
      };
      const { guru, model, actor, operation, outcome } = values.dimensions;
      const place = `${values.middle.micros}-${values.middle.id}`;
      const half = Math.floor(values.kept.events / 2);
      const cursor = cursorText(1, BigInt(half));
      const api = { api: true, marker: `"id":` };
      const cases: Case[] = [
        page("unfiltered", {}),
        page("at-50", {}, 1, { older: place }),
        page("one-event", {}, 1, { event: values.middle.id }),
        ...dimensions.flatMap((d) => [
          page(`${d}-frequent`, { [d]: [values.dimensions[d].frequent] }),
          page(`${d}-rarest`, { [d]: [values.dimensions[d].rarest] }),
        ]),
        page("half-of-the-time", { since: momentAt(values, 0.5) }),
        page("guru-and-actor", { guru: [guru.frequent], actor: [actor.frequent] }),
        page("guru-and-model-rare", { guru: [guru.frequent], model: [model.rarest] }, 0),
        page("guru-rare-and-actor-rare", { guru: [guru.rarest], actor: [actor.rarest] }, 0),
        page("operation-and-outcome", { operation: [operation.frequent], outcome: [outcome.rarest] }, 0),
        page("nothing-found", values.disjoint, 0),
        // A search ends at its deadline: after measures of writers none of the newest events has the text.
        page("search-frequent", { q: "docs.halden" }, 0),
        page("search-rare", { q: "customer 4711?" }, 0),
        asked("http-api-page", "API over HTTP: page=1", "/api/ee/audit?page=1", api),
        asked(
          "http-api-page-50",
          "API over HTTP: page=N at 50 %",
          `/api/ee/audit?page=${Math.floor(half / 50)}`,
          api,
        ),
        asked(
          "http-api-after",
          "API over HTTP: after= from the middle",
          `/api/ee/audit?after=${cursor}`,
          api,
        ),
        asked(
          "http-choices",
          "Choices found by text, over HTTP",
          "/audit/choices?scope=&dimension=actor&q=mara",
          { marker: `"value":` },
        ),
        asked("http-newer", "How many events are new, over HTTP", `/audit/newer?scope=&after=${place}`, {
          marker: `"count":`,
        }),
        // What an answer costs that reads nothing: the floor of all of these.
        asked("http-nothing", "An answer without the log, over HTTP", "/api/ee/audit/schema", {
          marker: `"type":`,
        }),
      ];
      const measured = await sample(cases, pace[check ? "check" : "full"]);
      const { delayP99Ms } = await server.probe("read");
      return measured.map((m) => withTiming(m, timings.get(m.id), delayP99Ms));
    } finally {
      await server.stop();
    }
  },
};

function withTiming(measured: Measured, timing: Timing | undefined, delayP99Ms: number): Measured {
  const first = timing && timing.firstByteMs.length > 0 ? figureOf(timing.firstByteMs) : undefined;
  const row = timing && timing.firstRowMs.length > 0 ? figureOf(timing.firstRowMs) : undefined;
  return {
    ...measured,
    more: {
      ...(first ? { firstByteMs: first.median, firstByteP95Ms: first.p95 } : {}),
      ...(row ? { firstRowMs: row.median, firstRowP95Ms: row.p95 } : {}),
      delayP99Ms,
    },
  };
}
