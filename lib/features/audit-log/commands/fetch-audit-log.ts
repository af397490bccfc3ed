import "server-only";
import { principalKey } from "@/lib/access/principal";
import { auditFetched } from "@/lib/audit/catalogue/audit-log";
import { filterRecord } from "@/lib/audit/query/filter";
import { inOrganization } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { sha256 } from "@/lib/platform/crypto";
import { opensWindow } from "../read-window";
import { fetchAuditLogInput } from "../schemas";

/**
 * Records a read of the log over the HTTP API. Executed after the answer's snapshot is taken, so that the record is not
 * in its own answer, and before its first byte leaves.
 */
export const fetchAuditLog = sensitiveRead({
  name: "fetch-audit-log",
  input: fetchAuditLogInput,
  allow: inOrganization("audit:read-global"),
  event: auditFetched,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async run({ tx, input, principal }) {
    // A poller would feed itself: its reads are recorded once a window.
    const isRecorded =
      input.mode !== "cursor" ||
      (await opensWindow(tx, "audit.fetch", principalKey(principal), sha256("cursor")));
    const { filter, mode, view } = input;
    return {
      value: null,
      audit: isRecorded
        ? { label: "Audit log", details: { filters: filterRecord(filter), mode, view } }
        : null,
    };
  },
});
