import "server-only";
import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { accountOf, type Principal } from "@/lib/access/principal";
import { guruAsked } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { takeAnswerTurn } from "@/lib/gate/answer-turns";
import { around } from "@/lib/gate/around";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { refuse } from "@/lib/platform/errors";
import { beginQuestion } from "../begin-question";
import { inSearchTurn } from "../in-search-turn";
import { askGuruInput } from "../schemas";

const begin = sensitiveRead({
  name: "ask-guru",
  input: askGuruInput,
  allow: onGuru<{ guru: string }>("guru:ask", ({ guru }) => guru),
  event: guruAsked,
  target: ({ input, scope }) => ({ id: scope?.guru.id ?? input.guru }),
  async run({ tx, input, principal, request, scope: { guru } }) {
    const door = principal.kind === "api_key" ? "api" : "ui";
    const sessionId = door === "ui" ? null : await sessionOf(tx, guru.id, principal, input.sessionId);
    return beginQuestion({
      tx,
      guru,
      question: input.question,
      door,
      principal,
      request,
      kept: { sessionId },
    });
  },
});

/**
 * Someone asks a guru, at most so many times a minute. Without a model, or where nothing is found, this is all: the
 * passages leave after the question is recorded. Otherwise the question is kept as open, and whoever writes the answer
 * records it at the end (`finishAnswer`); should they die, the worker does.
 */
export const beginAnswer = around(begin, askGuruInput, async (input, { principal, request }, proceed) => {
  await takeAnswerTurn(principal, request);
  return inSearchTurn({ principal, request }, () => proceed({ input }));
});

/** The conversation that the question goes on with, or a new one. Other people's are not there. */
async function sessionOf(tx: Tx, guruId: string, principal: Principal, asked?: string): Promise<string> {
  if (asked === undefined) return randomUUID();
  const { question } = schema;
  const [found] = await tx
    .select({ id: question.id })
    .from(question)
    .where(
      and(
        eq(question.sessionId, asked),
        eq(question.guruId, guruId),
        eq(question.accountId, accountOf(principal) ?? asked),
      ),
    )
    .limit(1);
  if (found) return asked;
  const message = "This guru gave you no such session_id. Leave it out to begin a conversation.";
  throw refuse("invalid", message, { fieldErrors: { sessionId: [message] } });
}
