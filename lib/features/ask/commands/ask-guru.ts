import "server-only";
import { accountOf } from "@/lib/access/principal";
import { guruAsked } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { cleanText } from "@/lib/platform/clean-text";
import { findPassages } from "../find-passages";
import { type Answer, askGuruInput } from "../schemas";

const keptInEvent = 200;

/** Someone asks a guru. The passages leave after the question is recorded; its whole text is kept for analytics. */
export const askGuru = sensitiveRead({
  name: "ask-guru",
  input: askGuruInput,
  allow: onGuru<{ guru: string }>("guru:ask", ({ guru }) => guru),
  event: guruAsked,
  target: ({ input, scope }) => ({ id: scope?.guru.id ?? input.guru }),
  async run({ tx, input, principal, scope }) {
    const started = performance.now();
    const question = cleanText(input.question);
    const quotes = await findPassages(tx, scope.guru.id, question);
    const durationMs = Math.round(performance.now() - started);
    const references = [...new Set(quotes.map((q) => q.sourceId))];
    const answered = quotes.length > 0;
    const door = principal.kind === "api_key" ? "api" : "ui";
    const [kept] = await tx
      .insert(schema.question)
      .values({
        guruId: scope.guru.id,
        accountId: accountOf(principal),
        door,
        text: question,
        answered: answered ? "yes" : "no",
        references,
        durationMs,
      })
      .returning({ id: schema.question.id });
    const value: Answer = { question, quotes, durationMs };
    return {
      value,
      ...(kept ? { targetId: kept.id } : {}),
      audit: {
        label: scope.guru.name,
        guru: scope.guru,
        details: { question: cleanText(question, keptInEvent), door, answered, references },
      },
    };
  },
});
