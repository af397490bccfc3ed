import "server-only";
import { z } from "zod";
import { mayInOrganization } from "@/lib/access/permissions";
import { codeSearched } from "@/lib/audit/catalogue/code-search";
import { readDb } from "@/lib/db/client";
import { around } from "@/lib/gate/around";
import { refuse } from "@/lib/platform/errors";
import { searchCode } from "../engine/search";
import type { SearchOutcome, VisibleRepository } from "../engine/types";
import { inCodeTurn } from "../in-code-turn";
import type { Node, Query } from "../query/ast";
import { validateQuery } from "../query/validate";
import { recordSearch } from "../record-search";
import { visibleRepositories } from "../repositories";
import { searchCodeInput } from "../schemas";

export interface CodeFound extends SearchOutcome {
  /** Those of which something was found; files and facets name them by their sourceId. */
  repositories: VisibleRepository[];
}

const recorded = recordSearch({
  name: "search-code",
  event: codeSearched,
  input: searchCodeInput.extend({ found: z.custom<CodeFound>() }),
  searched: ({ query, door, filters, found }) => ({
    value: found,
    text: query,
    details: {
      door,
      matchCount: found.stats.matchCount,
      fileCount: found.stats.fileCount,
      isExhaustive: found.isExhaustive,
      ...(filters?.repositories.length ? { repositories: filters.repositories } : {}),
      ...(filters?.languages.length ? { languages: filters.languages } : {}),
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
  if (!mayInOrganization(principal, "code:search")) return proceed({ input: { ...input, found: null } });
  const read = validateQuery(input.query);
  if (!read.ok) {
    const message = atPosition(read);
    throw refuse("invalid", message, { fieldErrors: { query: [message] } });
  }
  const visible = await visibleRepositories(readDb(), principal);
  const { query: _, door: __, filters, ...how } = input;
  const repositories = among(visible, filters?.repositories ?? []);
  const query = inLanguages(read.query, filters?.languages ?? []);
  const outcome = await inCodeTurn(call, () => searchCode({ query, repositories, ...how }));
  const named = new Set([
    ...outcome.files.map((file) => file.sourceId),
    ...outcome.facets.repositories.map((facet) => facet.value),
  ]);
  const foundIn = visible.filter(({ sourceId }) => named.has(sourceId));
  return proceed({ input: { ...input, found: { ...outcome, repositories: foundIn } } });
});

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
