import "server-only";
import { guruSearched } from "@/lib/audit/catalogue/doors";
import { onGuru } from "@/lib/gate/allow";
import { takeAnswerTurn } from "@/lib/gate/answer-turns";
import { around } from "@/lib/gate/around";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { cleanText } from "@/lib/platform/clean-text";
import { findSources } from "../find-sources";
import { inSearchTurn } from "../in-search-turn";
import { searchGuruInput } from "../schemas";

const keptInEvent = 200;

const search = sensitiveRead({
  name: "search-guru",
  input: searchGuruInput,
  allow: onGuru<{ guru: string }>("guru:ask", ({ guru }) => guru),
  event: guruSearched,
  target: ({ input, scope }) => ({ id: scope?.guru.id ?? input.guru }),
  async run({ tx, input, scope: { guru } }) {
    const question = cleanText(input.question);
    const found = await findSources(tx, guru.id, question);
    return {
      value: found,
      audit: {
        label: guru.name,
        guru,
        details: { question: cleanText(question, keptInEvent), sources: found.total },
      },
    };
  },
});

/**
 * A key looks which sources of a guru speak of a question; no answer is written. What was found leaves once recorded. It
 * costs as much as a question, and counts as one.
 */
export const searchGuru = around(search, searchGuruInput, async (input, call, proceed) => {
  await takeAnswerTurn(call.principal, call.request);
  return inSearchTurn(call, () => proceed({ input }));
});
