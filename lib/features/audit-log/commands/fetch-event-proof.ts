import "server-only";
import { auditFetched } from "@/lib/audit/catalogue/audit-log";
import { inOrganization } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { eventProofInput } from "../schemas";

/** Records that the proof of an event, and so its record, was read over the HTTP API; before the answer leaves. */
export const fetchEventProof = sensitiveRead({
  name: "fetch-event-proof",
  input: eventProofInput,
  allow: inOrganization("audit:read-proofs"),
  event: auditFetched,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  run: async ({ input }) => ({
    value: null,
    audit: {
      label: "Audit log",
      details: { filters: { event: input.event }, mode: "proof", view: "full" },
    },
  }),
});
