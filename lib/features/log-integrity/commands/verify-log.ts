import "server-only";
import { z } from "zod";
import { logVerified } from "@/lib/audit/catalogue/audit-log";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { askedByOf } from "../verification/asked-by";
import { askFor } from "../verification/runs";

/**
 * Asks for a verification of the whole log now. It runs in the background; its result is recorded at its end, as an
 * event of the person who asked.
 */
export const verifyLogNow = command({
  name: "verify-log",
  input: z.strictObject({}),
  allow: inOrganization("audit:verify"),
  event: logVerified,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  // To ask for what is under way already leaves nothing to tell.
  onRefusal: async () => null,
  async run({ tx, principal, request }) {
    const id = await askFor(tx, principal.orgId, askedByOf(principal, request));
    if (!id) throw refuse("busy", "The log is being verified already. Its result will stand here.");
    return { value: { id }, audit: null, targetId: id };
  },
});
