import "server-only";
import { z } from "zod";
import { mayInOrganization } from "@/lib/access/permissions";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import { around } from "@/lib/gate/around";
import { answeredAgain, attemptAt, type Held, held, recordSearch } from "./record-search";
import { findSymbolInput } from "./schemas";
import { findSymbol, type SymbolFound } from "./symbol-search";

/** A search for a symbol as a command: what was found leaves once it is recorded. */
export function symbolCommand(name: string, event: EventDefinition, kind: "references" | "definitions") {
  const recorded = recordSearch({
    name,
    event,
    input: findSymbolInput.extend({ found: z.custom<Held<SymbolFound>>() }),
    searched: ({ symbolName, language, repoName, revisionName, door, found: { value } }) => ({
      value,
      text: symbolName,
      details: {
        door,
        matchCount: value.matchCount,
        fileCount: value.files.length,
        isExhaustive: !value.isCapped,
        ...(language ? { language } : {}),
        ...(repoName ? { repository: repoName } : {}),
        ...(revisionName ? { revision: revisionName } : {}),
      },
    }),
  });
  return around(recorded, findSymbolInput, async (input, call, proceed) => {
    // The gate refuses and records that; nothing is searched for it.
    if (!mayInOrganization(call.principal, "code:search"))
      return proceed({ input: { ...input, found: null }, attemptId: "" });
    const found = await findSymbol(kind, input, call);
    const came = { ...found, fileCount: found.files.length, isExhaustive: !found.isCapped };
    const attempt = attemptAt(call.attemptId, [name, input], came);
    return answeredAgain(await proceed({ input: { ...input, found: held(found) }, ...attempt }), found);
  });
}
