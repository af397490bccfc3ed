import "server-only";
import { fewAtOnce } from "@/lib/access/few-at-once";
import { askerKey } from "@/lib/gate/answer-turns";
import type { Asker } from "@/lib/gate/open-questions";
import { Refusal, refuse } from "@/lib/platform/errors";

/** Of one person by all doors: a search keeps a process busy for as long as its deadline allows. */
const mostOfOne = 2;
/** In milliseconds; whoever types on sends a search while the one before it still runs. */
const longestWaitMs = 2_500;

/**
 * Runs a search when it is this person's turn. It holds neither a transaction nor a connection.
 * @throws Refusal `throttled` when theirs before it take too long
 */
export async function inCodeTurn<T>({ principal, request }: Asker, work: () => Promise<T>): Promise<T> {
  let began = false;
  const begun = () => {
    began = true;
    return work();
  };
  try {
    return await fewAtOnce(`code search of ${askerKey(principal, request)}`, mostOfOne, begun, longestWaitMs);
  } catch (error) {
    if (began || !(error instanceof Refusal)) throw error;
    throw refuse(
      "throttled",
      "Two searches of yours are running. Wait until one of them is done, and search again.",
      { retryAfterS: 2 },
    );
  }
}
