import "server-only";
import type { SearchAsked, SearchView } from "@/components/code/search-types";
import { searchCodeCommand } from "@/lib/features/code-search/commands/search-code";
import type { Command } from "@/lib/gate/command";
import type { Failure } from "@/lib/platform/errors";
import { filteredQuery, movedBy } from "./filtered-query";
import { searchView } from "./search-view";

const contextLines = 2;

/** The search, with what it finds in the shape that the page shows. Takes what `askedInForm` made of a form. */
export const shownSearch: Command<SearchView> = {
  ...searchCodeCommand,
  async execute(call) {
    const asked = call.input as SearchAsked;
    const query = filteredQuery(asked);
    const input = { query, matches: asked.matches, contextLines, whole: false, door: "ui" };
    const answer = await searchCodeCommand.execute({ ...call, input });
    if (!answer.ok) return query === asked.query ? answer : asTyped(answer);
    if ("repeated" in answer) return answer;
    return { ok: true, value: await searchView(asked, answer.value) };
  },
};

/** The place of an error counts from the begin of what was typed, not of what the filters made of it. */
function asTyped(failure: Failure): Failure {
  const put = (message: string) =>
    message.replace(/^Position (\d+):/, (_, position) => `Position ${Math.max(1, position - movedBy)}:`);
  const query = failure.fieldErrors?.query?.map(put);
  return {
    ...failure,
    message: put(failure.message),
    ...(query ? { fieldErrors: { ...failure.fieldErrors, query } } : {}),
  };
}
