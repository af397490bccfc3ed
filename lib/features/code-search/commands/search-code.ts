import "server-only";
import { z } from "zod";
import { mayInOrganization } from "@/lib/access/permissions";
import { codeSearched } from "@/lib/audit/catalogue/code-search";
import { readDb } from "@/lib/db/client";
import { around } from "@/lib/gate/around";
import { refuse } from "@/lib/platform/errors";
import type { SearchOutcome, VisibleRepository } from "../engine/types";
import type { Node, Query } from "../query/ast";
import { validateQuery } from "../query/validate";
import { answeredAgain, attemptAt, type Held, held, recordSearch } from "../record-search";
import { visibleRepositories } from "../repositories";
import { searchCodeInput } from "../schemas";
import { searchInTurn } from "../search-in-turn";

export interface CodeFound extends SearchOutcome {
  /** Those of which something was found; files and facets name them by their sourceId. */
  repositories: VisibleRepository[];
}

const recorded = recordSearch({
  name: "search-code",
  event: codeSearched,
  input: searchCodeInput.extend({ found: z.custom<Held<CodeFound>>() }),
  searched: ({ query, door, found: { value }, ...chosen }) => ({
    value,
    text: query,
    details: {
      door,
      matchCount: value.stats.matchCount,
      fileCount: value.stats.fileCount,
      isExhaustive: value.isExhaustive,
      ...chosenDetails(chosen),
    },
  }),
});

/**
 * Somebody searches the code they may see. What was found leaves once the search is recorded; a query that cannot be read
 * is refused, and leaves no event.
 */
export const searchCodeCommand = around(recorded, searchCodeInput, async (input, call, proceed) => {
  const { principal } = call;
  // The gate refuses and records that; nothing is searched for it.
  if (!mayInOrganization(principal, "code:search"))
    return proceed({ input: { ...input, found: null }, attemptId: "" });
  const { query: typed, isRegexEnabled, isCaseSensitivityEnabled, filters } = input;
  const read = validateQuery(typed, { isRegexEnabled, isCaseSensitivityEnabled });
  if (!read.ok) {
    const message = atPosition(read);
    throw refuse("invalid", message, { fieldErrors: { query: [message] } });
  }
  const visible = await visibleRepositories(readDb(), principal);
  const repositories = among(visible, filters?.repositories ?? []);
  const query = inLanguages(read.query, filters?.languages ?? []);
  const { matches, contextLines, whole } = input;
  const outcome = await searchInTurn(call, { query, repositories, matches, contextLines, whole });
  const named = new Set([
    ...outcome.files.map((file) => file.sourceId),
    ...outcome.facets.repositories.map((facet) => facet.value),
  ]);
  const foundIn = visible.filter(({ sourceId }) => named.has(sourceId));
  const found = { ...outcome, repositories: foundIn };
  const came = { ...found, ...found.stats };
  const attempt = attemptAt(call.attemptId, ["search-code", input], came);
  return answeredAgain(await proceed({ input: { ...input, found: held(found) }, ...attempt }), found);
});

type Chosen = Pick<
  z.output<typeof searchCodeInput>,
  "filters" | "whole" | "contextLines" | "isRegexEnabled" | "isCaseSensitivityEnabled"
>;

/** What was chosen beside the query, as far as it was. */
function chosenDetails({ filters, whole, contextLines, ...how }: Chosen): Record<string, unknown> {
  const { isRegexEnabled, isCaseSensitivityEnabled } = how;
  return {
    ...(filters?.repositories.length ? { repositories: filters.repositories } : {}),
    ...(filters?.languages.length ? { languages: filters.languages } : {}),
    ...(whole ? { whole } : {}),
    ...(contextLines > 0 ? { contextLines } : {}),
    ...(isRegexEnabled === false ? { isRegexEnabled } : {}),
    ...(isCaseSensitivityEnabled === undefined ? {} : { isCaseSensitivityEnabled }),
  };
}

const among = (visible: VisibleRepository[], names: readonly string[]) =>
  names.length === 0 ? visible : visible.filter(({ name }) => names.includes(name));

/** A filter holds for the whole query, also where that has alternatives. */
function inLanguages(query: Query, names: readonly string[]): Query {
  const leaves: Node[] = names.map((name) => ({ kind: "lang", name, from: 0, to: 0 }));
  const [only] = leaves;
  if (!only) return query;
  return {
    ...query,
    node: { kind: "and", of: [query.node, leaves.length > 1 ? { kind: "or", of: leaves } : only] },
  };
}

/** Counted from 1, as people count. */
function atPosition({ message, position }: { message: string; position: number }): string {
  return `Position ${position + 1}: ${message}`;
}
