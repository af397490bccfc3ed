import "server-only";
import { and, eq, isNull, sql } from "drizzle-orm";
import { accountOf, type Principal, type RequestFacts } from "@/lib/access/principal";
import { guruAsked } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import type { AskedBy } from "@/lib/db/schema/gurus";
import { onGuru } from "@/lib/gate/allow";
import { askedFact, isAnswered } from "@/lib/gate/asked-fact";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { findPassages } from "../find-passages";
import { languageModel } from "../model/settings";
import { type Answer, askGuruInput, type Outcome } from "../schemas";

/** Answers that one person may have written at the same time. */
const mostAtOnce = 3;

/**
 * Someone asks a guru. Without a model, or where nothing is found, this is all: the passages leave after the question is
 * recorded. Otherwise the question is kept as open, with all that its event needs, and whoever writes the answer records it
 * at the end (`finishAnswer`); should they die, the worker does.
 */
export const beginAnswer = sensitiveRead({
  name: "ask-guru",
  input: askGuruInput,
  allow: onGuru<{ guru: string }>("guru:ask", ({ guru }) => guru),
  event: guruAsked,
  target: ({ input, scope }) => ({ id: scope?.guru.id ?? input.guru }),
  async run({ tx, input, principal, request, scope }) {
    const started = performance.now();
    const { guru } = scope;
    const question = cleanText(input.question);
    const settings = languageModel();
    if (settings) await holdPlace(tx, accountOf(principal));
    const quotes = await findPassages(tx, guru.id, question);
    const durationMs = Math.round(performance.now() - started);
    const references = [...new Set(quotes.map((q) => q.sourceId))];
    const outcome: Outcome | null = quotes.length === 0 ? "nothing_found" : settings ? null : "quoted";
    const model = outcome === null && settings ? cleanText(settings.model) : null;
    const door = principal.kind === "api_key" ? "api" : "ui";
    const [kept] = await tx
      .insert(schema.question)
      .values({
        guruId: guru.id,
        accountId: accountOf(principal),
        door,
        text: question,
        answered: outcome !== null && isAnswered(outcome) ? "yes" : "no",
        references,
        durationMs,
        outcome,
        model,
        askedBy: outcome === null ? askedBy(principal, request) : null,
      })
      .returning({ id: schema.question.id });
    if (!kept) throw new Error("the question was not kept");
    const value: Answer = {
      questionId: kept.id,
      guru: { id: guru.id, slug: guru.slug, name: guru.name },
      question,
      quotes,
      text: outcome === null ? "" : null,
      outcome,
      note: null,
      durationMs,
    };
    const audit = outcome && askedFact({ guru, question, door, references, model }, outcome);
    return { value, targetId: kept.id, audit };
  },
});

/** A model costs money: nobody has it write any number of answers at once. Asked one after the other, also in parallel. */
async function holdPlace(tx: Tx, accountId: string | null): Promise<void> {
  if (accountId === null) return;
  const { question } = schema;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`gurulog.ask ${accountId}`}))`);
  const open = await tx.$count(
    question,
    and(
      eq(question.accountId, accountId),
      isNull(question.outcome),
      // One that has ended waits only for its record.
      sql`${question.askedBy} -> 'end' is null`,
      // One that is older was lost, and is about to be closed.
      sql`${question.createdAt} > gurulog_now() - interval '4 minutes'`,
    ),
  );
  if (open >= mostAtOnce)
    throw refuse(
      "throttled",
      "Three answers are being written for you. Wait until one is done, or stop one, and ask again.",
    );
}

/** @returns null for whom the log names without that: nobody else asks by this door */
function askedBy(principal: Principal, { ip, userAgent, requestId }: RequestFacts): AskedBy | null {
  const from = { ip, userAgent: userAgent && cleanText(userAgent, 512), requestId };
  if (principal.kind === "user") return { kind: "user", email: principal.email, ...from };
  if (principal.kind !== "api_key") return null;
  const key = { id: principal.keyId, name: principal.keyName };
  return { kind: "api_key", email: principal.email, key, ...from };
}
