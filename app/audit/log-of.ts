import type { AuditScopeInput } from "@/lib/features/audit-log/schemas";
import { plainError } from "@/lib/gate/to-route";
import type { Failure } from "@/lib/platform/errors";
import { statusOf } from "../exports/answers";

/** Whose log is asked about: `scope` is a guru's slug, empty or left out for the organization's. */
export function logOf(params: URLSearchParams): AuditScopeInput {
  const slug = params.get("scope") ?? "";
  return slug === "" ? { kind: "global" } : { kind: "guru", slug };
}

/** Who may not read the global log is not told that there is one, as by its page. */
export function refusalOf(log: AuditScopeInput, { code, message }: Failure): Response {
  if (code === "forbidden" && log.kind === "global")
    return plainError(404, "not_found", "This does not exist, or you may not see it.");
  return plainError(statusOf(code), code, message);
}
