import { indexSegments } from "@/lib/audit/search/index-segments";
import { startTimers, type Timers } from "@/lib/jobs/timers";
import { runtime } from "@/lib/platform/runtime";

const minuteMs = 60_000;

/** Keeps the search of past events fast: looks each minute whether a part of the log is due for its index. */
export function startSearchIndexing(): Timers {
  const { urls, roles, mode } = runtime();
  const stopping = new AbortController();
  const timers = startTimers([
    {
      name: "index of the search",
      everyMs: minuteMs,
      run: () => indexSegments({ maintenanceUrl: urls.maintenance, roles, mode, signal: stopping.signal }),
    },
  ]);
  return {
    async stop() {
      stopping.abort();
      await timers.stop();
    },
  };
}
