import "server-only";
import { fewAtOnce } from "@/lib/access/few-at-once";
import { askerKey } from "@/lib/gate/answer-turns";
import type { Asker } from "@/lib/gate/open-questions";

/** Each holds a connection of the pool for as long as its search takes; the others are for everybody else's pages. */
const mostAtOnce = 4;
/** Of one asker, at work and in line for it: whoever sends many at once waits for their own, and nobody else does. */
const mostOfOne = 2;
/** In milliseconds: with the search and the answer after it, whoever asks hears of us before a minute is over. */
const longestWaitMs = 5_000;

/**
 * Searches a guru when it is this one's turn, by whatever door: first among those of the same asker, then among all.
 * @param by a bot's questions are System's, whoever asks them, and stand in the line of all at once
 * @param work opens its transaction in there, so that none is held in line
 * @throws Refusal `throttled` where too many are before it
 */
export function inSearchTurn<T>({ principal, request }: Asker, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + longestWaitMs;
  const amongAll = () =>
    fewAtOnce("guru search", mostAtOnce, work, Math.max(0, Math.round(until - performance.now())));
  if (principal.kind === "system") return amongAll();
  return fewAtOnce(`guru search of ${askerKey(principal, request)}`, mostOfOne, amongAll, longestWaitMs);
}
