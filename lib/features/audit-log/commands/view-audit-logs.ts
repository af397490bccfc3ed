import "server-only";
import { type Principal, principalKey, type RequestFacts } from "@/lib/access/principal";
import { auditViewed } from "@/lib/audit/catalogue/audit-log";
import { type AuditFilter, filterParams, filterRecord } from "@/lib/audit/query/filter";
import { type Allow, type GuruScope, inOrganization, onGuru } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { sha256 } from "@/lib/platform/crypto";
import type { Result } from "@/lib/platform/errors";
import { opensWindow } from "../read-window";
import { type AuditScopeInput, viewAuditLogsInput } from "../schemas";

type Input = { scope: AuditScopeInput };

const ofOrganization = inOrganization<Input>("audit:read-global");
const ofGuru = onGuru<Input>("audit:read-guru", ({ scope }) => (scope.kind === "guru" ? scope.slug : ""));

/** The log of a guru for its maintainers, the whole log for the owner and auditors. */
export const readsLog: Allow<Input, GuruScope | null> = (context) =>
  context.input.scope.kind === "global" ? ofOrganization(context) : ofGuru(context);

/** A person looks at the audit page: recorded once per person, scope and filter in ten minutes. */
export const viewAuditLogs = sensitiveRead({
  name: "view-audit-logs",
  input: viewAuditLogsInput,
  allow: readsLog,
  event: auditViewed,
  target: ({ principal, scope }) =>
    scope ? { id: scope.guru.id, type: "guru" } : { id: String(principal.orgId) },
  async run({ tx, input, principal, scope }) {
    const digest = sha256(JSON.stringify([scope?.guru.id ?? null, filterParams(input.filter)]));
    if (!(await opensWindow(tx, "audit.viewed", principalKey(principal), digest)))
      return { value: null, audit: null };
    const guru = scope ? { id: scope.guru.id, slug: scope.guru.slug, name: scope.guru.name } : null;
    return {
      value: null,
      audit: {
        label: guru ? guru.name : "Audit log",
        guru,
        details: { filters: filterRecord(input.filter) },
      },
    };
  },
});

/** Records the view of a page; its rows are shown only when this succeeds. Not called for a prefetch. */
export async function recordAuditViewed(
  principal: Principal,
  request: RequestFacts,
  scope: AuditScopeInput,
  filter: AuditFilter,
): Promise<Result<null>> {
  const result = await viewAuditLogs.execute({ principal, request, input: { scope, filter } });
  return result.ok ? { ok: true, value: null } : result;
}
