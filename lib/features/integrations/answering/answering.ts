import type { Principal, RequestFacts } from "@/lib/access/principal";
import type { AttemptResult } from "@/lib/platform/errors";

/** An answer of the guru, as the bot sends it. */
export interface GivenAnswer {
  content: string;
  /** Where it comes from, in the order in which the text names them by number. */
  quotes: readonly { name: string; link: string | null }[];
  outcome: string;
}

/** How a guru answers; the worker hands it in, as asking is another feature's. */
export interface Answering {
  /**
   * Asks, keeps the question and records it once. `sessionId` is kept with it: a question that the signal ended stays open,
   * and the next with the same id takes its place; once it was recorded, another is refused with `exists`.
   */
  ask(question: {
    guru: string;
    question: string;
    door: "slack" | "discord" | "github";
    sessionId: string;
    by: { principal: Principal; request: RequestFacts };
    signal: AbortSignal;
  }): Promise<AttemptResult<GivenAnswer>>;
  /** The same without keeping or recording anything; null when the guru is gone. */
  draft(guruId: string, question: string, signal: AbortSignal): Promise<GivenAnswer | null>;
}
