import "server-only";
import { and, eq, isNotNull } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { guruAnswerRated } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { rateAnswerInput } from "../vote-schemas";

/** Whoever asked says whether the answer helped, changes their mind, or takes the vote back. */
export const rateAnswer = command({
  name: "rate-answer",
  input: rateAnswerInput,
  allow: onGuru<{ guru: string }>("guru:ask", ({ guru }) => guru),
  event: guruAnswerRated,
  target: ({ input, scope }) => ({ id: scope?.guru.id ?? input.guru }),
  async run({ tx, input, principal, scope }) {
    const { question } = schema;
    const accountId = accountOf(principal);
    const own = and(
      eq(question.id, input.questionId),
      eq(question.guruId, scope.guru.id),
      // Other people's questions are theirs, and one that is still being answered has nothing to vote on.
      eq(question.accountId, accountId ?? "00000000-0000-0000-0000-000000000000"),
      isNotNull(question.outcome),
    );
    const [found] = await tx.select({ vote: question.vote }).from(question).where(own).for("update");
    if (!found) throw refuse("not_found", "There is no such answer of yours in this guru. Ask again.");
    const vote = input.vote === "none" ? null : input.vote;
    const value = { questionId: input.questionId, vote };
    if (found.vote === vote) return { value, audit: null };
    await tx.update(question).set({ vote }).where(own);
    return {
      value,
      audit: {
        label: scope.guru.name,
        guru: scope.guru,
        changes: [{ field: "vote", before: found.vote, after: vote }],
        details: { questionId: input.questionId },
      },
    };
  },
});
