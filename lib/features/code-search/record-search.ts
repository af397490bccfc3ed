import "server-only";
import type { z } from "zod";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import { inOrganization } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { sha256 } from "@/lib/platform/crypto";
import type { AttemptResult } from "@/lib/platform/errors";

/** What a search comes to for its record. */
interface Searched {
  /** As typed. */
  text: string;
  details: Record<string, unknown>;
}

/**
 * What was found, on its way to its record. A call with an attempt's id is known again by its input as JSON, and this is no
 * part of it: a search that is repeated takes another time, and its answer may be large. It holds the value, as the value
 * itself goes on to where `toJSON` is asked as well (React).
 */
export interface Held<V> {
  value: V;
  toJSON(): null;
}

export const held = <V>(value: V): Held<V> => ({ value, toJSON: () => null });

/**
 * The end of a search: its event is committed, and only then does the value leave. The search itself ran before, so that
 * it held no transaction.
 * @param spec.input what came from outside, with what the search found
 * @param spec.searched reads both from it
 */
export function recordSearch<In extends z.ZodType, V>(spec: {
  name: string;
  event: EventDefinition;
  input: In;
  searched: (input: z.output<In>) => Searched & { value: V };
}) {
  const { name, event, input, searched } = spec;
  return sensitiveRead({
    name,
    input,
    allow: inOrganization<z.output<In>>("code:search"),
    event,
    target: ({ principal }) => ({ id: String(principal.orgId) }),
    async run({ input: given }) {
      const { value, text, details } = searched(given);
      return { value, audit: { label: text, metadata: { message: text }, details } };
    },
  });
}

/** What of an answer decides whether it is another one. */
interface Came {
  matchCount: number;
  fileCount: number;
  isExhaustive: boolean;
  repositories: readonly { sourceId: string; generation: number }[];
}

/**
 * The id under which the gate is to know a search again that a page sends anew (loaded again, an answer that was lost): the
 * page's, the search and what came of it. What was recorded once is answered and not recorded again; another search under
 * the page's id, or one that finds something else than its record says, is one more record.
 * @returns nothing for a call without an id, which is always recorded
 */
export function attemptAt(
  attemptId: string | undefined,
  search: readonly [command: string, input: unknown],
  { matchCount, fileCount, isExhaustive, repositories }: Came,
): { attemptId?: string } {
  if (!attemptId) return {};
  const states = repositories.map(({ sourceId, generation }) => [sourceId, generation]);
  const text = JSON.stringify([attemptId, search, matchCount, fileCount, isExhaustive, states]);
  return { attemptId: `search:${sha256(text).toString("hex")}` };
}

/**
 * The answer to a search that was recorded before as the same: what was found now, which is what its record says and what
 * this person may see now.
 */
export function answeredAgain<V>(answer: AttemptResult<V>, found: V): AttemptResult<V> {
  return answer.ok && "repeated" in answer ? { ok: true, value: found } : answer;
}
