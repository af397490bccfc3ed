import "server-only";
import { and, desc, eq, isNotNull } from "drizzle-orm";
import { type BotType, isBotType } from "@/lib/access/integration-types";
import { openIntegration } from "@/lib/access/integrations";
import { noRequest, systemPrincipal } from "@/lib/access/principal";
import { ServiceTrouble } from "@/lib/access/services/service-trouble";
import { readDb, schema } from "@/lib/db/client";
import { keepTrouble } from "../keep-trouble";
import type { Answering, GivenAnswer } from "./answering";
import { holdMessage } from "./hold-message";
import { postAnswer, type Turn } from "./post-answer";
import { giveBack, goOn, type Held, takeMessage } from "./turns";

/** Before the next try, where the service does not say how long; longer each time. */
const firstPauseS = 10;
/** Whatever the service says: a question that is not answered takes the place of another. */
const longestPauseS = 3_600;
const mostSources = 8;
const usualLookingMs = 30_000;

/**
 * The job: has the guru answer a question that was put to its bot, and posts the answer where it was asked. It may die at
 * any point: the question is asked, and its answer posted, once; where that is uncertain, the service is asked first
 * whether the answer stands.
 * @param lookingMs for that, in milliseconds, before it is left to the next turn
 */
export async function answerMessage(
  { messageId }: { messageId: string },
  answering: Answering,
  stopping: AbortSignal,
  lookingMs = usualLookingMs,
): Promise<void> {
  const held = await takeMessage(messageId);
  if (!held) return;
  const { lost, end } = holdMessage(held);
  const turn: Turn = { held, lost, stopping, lookingMs, pauseS: 0, cameFurther: false };
  try {
    await answer(turn, answering);
  } catch (error) {
    if (lost.aborted) return;
    if (stopping.aborted) return await giveBack(held, turn.pauseS, "stopping");
    if (!(error instanceof ServiceTrouble)) throw error;
    await keepTrouble(held.integrationId, error.message);
    // A certificate is renewed, a page of maintenance goes: a bot's eight tries bound it.
    if (error.isPassing || error.problem === "refused")
      await giveBack(held, pauseAfter(turn, error), "trouble");
    else await goOn(held, { state: "failed", error: error.message });
  } finally {
    end();
  }
}

/** Seconds until the next try. */
function pauseAfter({ held, pauseS, cameFurther }: Turn, { retryAfterS }: ServiceTrouble): number {
  const ours = cameFurther ? firstPauseS : firstPauseS * 2 ** Math.min(held.attempts, 8);
  return Math.min(Math.max(retryAfterS ?? 0, ours, pauseS), longestPauseS);
}

async function answer(turn: Turn, answering: Answering): Promise<void> {
  const { held, lost, stopping } = turn;
  const integration = await openIntegration(readDb(), held.integrationId);
  if (!integration || !isBotType(integration.type)) return;
  let text = held.answer;
  if (text === null) {
    const { guruId, type } = integration;
    text = await textFor(held, guruId, type, answering, AbortSignal.any([stopping, lost]));
    if (!(await goOn(held, { state: "answered", answer: text }))) return;
  }
  await postAnswer(turn, integration, text);
  await keepTrouble(held.integrationId, null);
}

const doors = { SLACK: "slack", DISCORD: "discord", GITHUB: "github" } as const;

async function textFor(
  held: Held,
  guruId: string,
  type: BotType,
  answering: Answering,
  signal: AbortSignal,
): Promise<string> {
  const drafted = async () => {
    const draft = await answering.draft(guruId, held.question, signal);
    if (!draft) throw new ServiceTrouble("not_found", "The guru is not there any more.");
    return wholeOf(draft, signal);
  };
  // Asked and recorded by a worker that died before it could keep the answer.
  const before = await recordedBefore(guruId, held);
  if (before) return before.outcome === "written" && before.answer ? before.answer : drafted();
  const asked = await answering.ask({
    guru: guruId,
    question: held.question,
    door: doors[type],
    sessionId: held.id,
    by: { principal: systemPrincipal, request: noRequest },
    signal,
  });
  if (!asked.ok) {
    // Recorded since one looked.
    if (asked.code === "exists") return drafted();
    if (asked.code === "busy" || asked.code === "throttled" || asked.code === "internal")
      throw new ServiceTrouble("server_error", asked.message, asked.retryAfterS ?? null);
    return asked.message;
  }
  if ("repeated" in asked) throw new Error("a bot's question has no attempt");
  return wholeOf(asked.value, signal);
}

/** @throws the signal's reason where it ended the answer midway: what came so far is none, and its question is open */
function wholeOf(given: GivenAnswer, signal: AbortSignal): string {
  if (given.outcome === "stopped") signal.throwIfAborted();
  return withSources(given);
}

/** How the question ended that was asked for this message before; null where none did. */
async function recordedBefore(guruId: string, { id }: Held) {
  const { question } = schema;
  const [found] = await readDb()
    .select({ outcome: question.outcome, answer: question.answer })
    .from(question)
    .where(and(eq(question.guruId, guruId), eq(question.sessionId, id), isNotNull(question.outcome)))
    .orderBy(desc(question.createdAt))
    .limit(1);
  return found ?? null;
}

/** The answer, and below it what it comes from, by the numbers that the text has. */
function withSources({ content, quotes, outcome }: GivenAnswer): string {
  if (outcome !== "quoted" && outcome !== "written") return content;
  const lines = quotes
    .slice(0, mostSources)
    .map(({ name, link }, at) => `[${at + 1}] ${name}${link === null ? "" : `: ${link}`}`);
  return lines.length === 0 ? content : `${content}\n\nSources:\n${lines.join("\n")}`;
}
