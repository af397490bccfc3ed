import "server-only";
import type { z } from "zod";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import { inOrganization } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
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

/**
 * The answer to a search that was sent before under its attempt's id (a page loaded anew, an answer that was lost): what it
 * finds now, which this person may see now. It was recorded then, and the gate has looked that it is the same search of
 * the same person: another under that id is refused there.
 */
export function answeredAgain<V>(answer: AttemptResult<V>, found: V): AttemptResult<V> {
  return answer.ok && "repeated" in answer ? { ok: true, value: found } : answer;
}
