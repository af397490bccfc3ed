import "server-only";
import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { guruAsked } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import { systemOnGuru } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { refuse } from "@/lib/platform/errors";
import { isUuid } from "@/lib/platform/ids";
import { beginQuestion } from "../begin-question";
import { inSearchTurn } from "../in-search-turn";
import { askGuruInput } from "../schemas";

const askAsBotInput = z.strictObject({
  guru: z.string().refine(isUuid),
  question: askGuruInput.shape.question,
  door: z.enum(["slack", "discord", "github"]),
  /** The bot's message, by which a worker that goes on finds the question that was asked before. */
  sessionId: z.guid().optional(),
});

const begin = sensitiveRead({
  name: "ask-guru-as-bot",
  input: askAsBotInput,
  allow: systemOnGuru<{ guru: string }>(({ guru }) => guru),
  event: guruAsked,
  target: ({ input }) => ({ id: input.guru }),
  async run({ tx, input: { question, door, sessionId = null }, principal, request, scope: { guru } }) {
    if (sessionId !== null) await replaceOpen(tx, guru.id, sessionId);
    return beginQuestion({ tx, guru, question, door, principal, request, kept: { sessionId } });
  },
});

/**
 * Takes away the question of a bot's message whose answer broke off, as its worker stopped or died: it has no event yet, and
 * the one that is asked now takes its place. Whoever still writes its answer finds it over.
 * @throws Refusal `exists` where it was recorded
 */
async function replaceOpen(tx: Tx, guruId: string, sessionId: string): Promise<void> {
  const { question } = schema;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`gurulog.bot ${sessionId}`}))`);
  const ofMessage = and(eq(question.guruId, guruId), eq(question.sessionId, sessionId));
  await tx.delete(question).where(and(ofMessage, isNull(question.outcome)));
  if ((await tx.$count(question, ofMessage)) > 0)
    throw refuse("exists", "This question was asked and recorded before.");
}

/** Somebody asks a guru in a channel or an issue, and System answers there; like `beginAnswer` otherwise. */
export const beginBotAnswer = around(begin, askAsBotInput, (input, call, proceed) =>
  inSearchTurn(call, () => proceed({ input })),
);
