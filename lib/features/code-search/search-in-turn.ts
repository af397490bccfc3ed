import "server-only";
import type { Asker } from "@/lib/gate/open-questions";
import { searchCode } from "./engine/search";
import { cutBeforeAnything } from "./engine/told";
import type { SearchOutcome, SearchRequest } from "./engine/types";
import { inCodeTurn } from "./in-code-turn";

/** Who searches, and whether they still wait for what is found. */
export interface Searcher extends Asker {
  signal?: AbortSignal;
}

/**
 * Searches when it is this person's turn. When they wait no longer the engine ends the search at once, so that its process
 * is free for others, and gives nothing. That they searched is an act of theirs all the same: it comes to an end as one cut
 * by its deadline before it found anything does, and is recorded as that. What it had found until then leaves by no door.
 * @throws Refusal `throttled`, `busy`
 */
export async function searchInTurn(
  by: Searcher,
  request: Omit<SearchRequest, "signal">,
): Promise<SearchOutcome> {
  const { signal } = by;
  try {
    return await inCodeTurn(by, () => searchCode({ ...request, ...(signal ? { signal } : {}) }));
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
    return cutBeforeAnything(0);
  }
}
