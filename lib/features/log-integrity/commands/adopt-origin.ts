import "server-only";
import { originAdopted } from "@/lib/audit/catalogue/audit-log";
import { toHex } from "@/lib/audit/proof/bytes";
import { type AdoptedLog, adoptLog, NotAdoptable } from "@/lib/audit/seal/adopt-log";
import { lastSignedIn } from "@/lib/audit/seal/last-signed";
import { driverOf } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { runtime } from "@/lib/platform/runtime";
import { adoptOriginInput } from "../adopt-schemas";

/**
 * The owner adopts a log that does not continue what was signed last (a restored backup) under a new name, its size
 * typed. Only while the log may not be signed; from the sealer's next turn on it is signed again.
 */
export const adoptOrigin = command({
  name: "adopt-origin",
  input: adoptOriginInput,
  allow: inOrganization("audit:adopt-origin"),
  event: originAdopted,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async run({ tx, input, principal }) {
    if (principal.kind !== "user")
      throw refuse("forbidden", "A log is adopted on the product's pages, not with a key.");
    const { size } = input;
    if (input.confirmation.replace(/[,\s]/g, "") !== String(size)) {
      const message = `Type ${size.toLocaleString("en")}, the number of events, to adopt this log.`;
      throw refuse("invalid", message, { fieldErrors: { confirmation: [message] } });
    }
    const { retired, adopted } = await adopt(principal.orgId, size);
    return {
      value: { origin: adopted.origin },
      audit: {
        label: "Audit log",
        changes: [{ field: "origin", before: retired.origin, after: adopted.origin }],
        details: { previousSize: retired.size, size: adopted.size, root: toHex(adopted.root) },
      },
    };

    async function adopt(orgId: number, at: number): Promise<AdoptedLog> {
      try {
        return await adoptLog(driverOf(tx), orgId, at, lastSignedIn(runtime().dataDir));
      } catch (error) {
        if (error instanceof NotAdoptable) throw refuse("conflict", error.message);
        throw error;
      }
    }
  },
});
