import "server-only";
import { type Principal, principalKey, type RequestFacts } from "@/lib/access/principal";
import { accessDenied } from "@/lib/audit/catalogue/accounts";
import type { Tx } from "@/lib/db/client";
import type { Failure } from "@/lib/platform/errors";
import type { Denial } from "./allow";
import { recordCounted } from "./counted";
import { eventOf } from "./facts";

/**
 * Records that a signed-in person or a key was refused by the permission check (ACCESS_DENIED). Counted per principal
 * and target: the first of a minute at once, further ones as one event.
 */
export async function recordDenial(
  tx: Tx,
  denial: Denial,
  principal: Principal,
  request: RequestFacts,
): Promise<void> {
  if (principal.kind !== "user" && principal.kind !== "api_key") return;
  const event = eventOf(
    accessDenied,
    {
      target: { id: principal.accountId },
      label: denial.asked,
      details: { permission: denial.permission, asked: denial.asked, reason: denial.code },
    },
    principal,
    request,
  );
  await recordCounted(
    tx,
    "access.denied",
    principalKey(principal),
    `${denial.permission} ${denial.asked}`,
    event,
  );
}

/** What the caller of a denied act is told. */
export function failureOf(denial: Denial): Failure {
  switch (denial.code) {
    case "unauthenticated":
      return { ok: false, code: "unauthenticated", message: "Please sign in first." };
    case "forbidden":
      return {
        ok: false,
        code: "forbidden",
        message: "Your role does not allow this. Ask a maintainer or the owner.",
      };
    case "not_found":
      return { ok: false, code: "not_found", message: "This does not exist, or you may not see it." };
  }
}
