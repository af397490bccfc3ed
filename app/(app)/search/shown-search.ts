import "server-only";
import { contextLines } from "@/components/code/search-address";
import type { SearchAsked, SearchView } from "@/components/code/search-types";
import { searchCodeCommand } from "@/lib/features/code-search/commands/search-code";
import type { Command } from "@/lib/gate/command";
import { searchView } from "./search-view";

/** The search, with what it finds in the shape that the page shows. Takes what `askedInForm` made of a form. */
export const shownSearch: Command<SearchView> = {
  ...searchCodeCommand,
  async execute(call) {
    const asked = call.input as SearchAsked;
    const { query, matches, repositories, languages } = asked;
    const filters = { repositories, languages };
    const input = { query, matches, contextLines, whole: false, door: "ui", filters };
    const answer = await searchCodeCommand.execute({ ...call, input });
    if (!answer.ok || "repeated" in answer) return answer;
    return { ok: true, value: await searchView(asked, answer.value, call.attemptId ?? null) };
  },
};
