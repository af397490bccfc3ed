import "server-only";
import { runtime } from "@/lib/platform/runtime";
import { ofRepository } from "./file-verdicts";
import type { SearchOrder } from "./messages";
import { ProcessPool } from "./process-pool";
import { no, treeOf, verdictOf } from "./query-tree";
import type { SearchOutcome, SearchRequest } from "./types";

const defaultDeadlineMs = 2_000;
const longestDeadlineMs = 30_000;
/** A process has a heap of 1 GB, and holds text as it was read, as it is shown, and as it is sent. */
const mostAnsweredBytes = 64 * 1024 * 1024;

const slot = Symbol.for("gurulog.code-search");
const holder = globalThis as { [slot]?: Map<string, ProcessPool> };

/** One pool a database, shared by all module graphs of this process. */
function pool(): ProcessPool {
  const { urls, env } = runtime();
  const pools = holder[slot] ?? new Map<string, ProcessPool>();
  holder[slot] = pools;
  const found =
    pools.get(urls.app) ?? new ProcessPool({ url: urls.app, pooled: !env.GURULOG_DATABASE_PREPARE });
  pools.set(urls.app, found);
  return found;
}

/**
 * Searches code. The query has been validated; no repository but those of the request is looked at. It answers at the
 * deadline with what it has found until then.
 * @throws Refusal `busy` when too many searches run, `invalid` for a pattern that cannot be compiled
 */
export async function searchCode(request: SearchRequest): Promise<SearchOutcome> {
  const order = orderOf(request);
  const { outcome, waitMs } = await pool().search(order, request.signal);
  const stats = { ...outcome.stats, waitMs: Math.round(waitMs) };
  if (outcome.isExhaustive && maySearchOutdated(request, order))
    return { ...outcome, stats, isExhaustive: false, endedBy: "index" };
  return { ...outcome, stats };
}

/** Whether a repository whose index may know less than there is could match. One that `repo:` rules out could not. */
function maySearchOutdated({ query, repositories }: SearchRequest, order: SearchOrder): boolean {
  const outdated = new Set(repositories.flatMap((each) => (each.isOutdated ? each.sourceId : [])));
  if (outdated.size === 0) return false;
  const { root } = treeOf(query.node);
  return order.repositories.some(
    (each) => outdated.has(each.sourceId) && verdictOf(root, (leaf) => ofRepository(leaf, each)) !== no,
  );
}

/** Ends the processes that search. A search that comes later starts others. */
export function closeSearchProcesses(): void {
  for (const one of holder[slot]?.values() ?? []) one.close();
  holder[slot]?.clear();
}

/** Process ids of those that search now, for tests that end one. */
export const searchProcessIds = (): number[] => pool().pids;

function orderOf(request: SearchRequest): SearchOrder {
  const repositories = request.repositories
    .filter(({ generation }) => generation > 0)
    .map(({ sourceId, name, generation, branches }) => ({
      sourceId,
      name,
      generation,
      branches: branches.map(({ name, isDefault, tags }) => ({ name, isDefault, tags })),
    }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.sourceId, b.sourceId));
  const { query, matches, contextLines, whole } = request;
  const { deadlineMs = defaultDeadlineMs, mostBytes = mostAnsweredBytes } = request;
  return {
    query,
    repositories,
    matches: Math.max(1, Math.floor(matches)),
    contextLines: Math.min(100, Math.max(0, Math.floor(contextLines))),
    whole,
    deadlineMs: Math.min(longestDeadlineMs, Math.max(1, deadlineMs)),
    mostBytes: Math.min(mostAnsweredBytes, mostBytes),
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
