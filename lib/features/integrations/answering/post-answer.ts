import "server-only";
import { type BotType, isBotType } from "@/lib/access/integration-types";
import type { OpenIntegration } from "@/lib/access/integrations";
import { botOf } from "@/lib/access/services/bot-of";
import { type ServiceProblem, ServiceTrouble } from "@/lib/access/services/service-trouble";
import { abortedAfter } from "@/lib/platform/aborted-after";
import { goOn, type Held, keepLooked } from "./turns";

/** What was sent, and not answered, may still come to stand: after so many seconds it does, or never will. */
const settlingS = 60;
/** A worker that stops gives a post under way so long to end: cut off, nobody knows whether it stands. */
const endingMs = 5_000;
/** Troubles after which a post may stand all the same. */
const openProblems: readonly ServiceProblem[] = [
  "unreachable",
  "server_error",
  "malformed",
  "refused",
  "too_large",
];

/** A worker's turn at a message. */
export interface Turn {
  held: Held;
  /** Another has the message: everything ends at once. */
  lost: AbortSignal;
  /** The worker stops: nothing new is begun. */
  stopping: AbortSignal;
  /** For finding out whether an answer stands already; what is left then is looked at by the next turn. */
  lookingMs: number;
  /** Seconds before which the next turn must not begin. */
  pauseS: number;
  /** The look at the conversation did not end, and came further than the one before it. */
  cameFurther: boolean;
}

/**
 * Posts an answer, unless it stands: where a turn before this one may have posted it, the service is asked first.
 * @throws ServiceTrouble, or a signal's reason; `pauseS` then says from when on it can be known whether the answer stands
 */
export async function postAnswer(turn: Turn, integration: OpenIntegration, text: string): Promise<void> {
  const { held, lost, stopping } = turn;
  const { type } = integration;
  if (!isBotType(type)) throw new Error(`${type} has no bot`);
  const stands = held.state === "posting" && (await isPosted(turn, integration, type));
  if (!stands) {
    stopping.throwIfAborted();
    if (!(await goOn(held, { state: "posting" }))) return;
    const ending = abortedAfter(stopping, endingMs);
    const bot = botOf(type, integration, { signal: AbortSignal.any([lost, ending.signal]) });
    turn.pauseS = settlingS;
    try {
      await bot.reply({ ...held.place, text, mark: held.id });
    } catch (error) {
      if (error instanceof ServiceTrouble && !openProblems.includes(error.problem)) turn.pauseS = 0;
      throw error;
    } finally {
      ending.forget();
    }
  }
  await goOn(held, { state: "posted" });
}

/** Looks for the answer from where the last look ended. @throws ServiceTrouble `unreachable` where that takes too long */
async function isPosted(turn: Turn, integration: OpenIntegration, type: BotType): Promise<boolean> {
  const { held, lost, stopping, lookingMs } = turn;
  const late = AbortSignal.timeout(lookingMs);
  const bot = botOf(type, integration, { signal: AbortSignal.any([lost, stopping, late]) });
  let after: string | undefined;
  try {
    return await bot.hasReplied(held.place, held.id, (seen) => {
      after = seen;
    });
  } catch (error) {
    if (after !== undefined) await keepLooked(held, after);
    turn.cameFurther = after !== undefined;
    if (lost.aborted || stopping.aborted || !late.aborted) throw error;
    const words = `The service took longer than ${lookingMs / 1_000} s to show a conversation.`;
    throw new ServiceTrouble("unreachable", words);
  }
}
