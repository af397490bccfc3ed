import "server-only";
import type { z } from "zod";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import { inOrganization } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";

/** What a search comes to for its record. */
interface Searched {
  /** As typed. */
  text: string;
  details: Record<string, unknown>;
}

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
