import "server-only";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { logVerificationFailed, logVerified } from "@/lib/audit/catalogue/audit-log";
import { clearTrouble, noteTrouble } from "@/lib/audit/trouble";
import { driverOf } from "@/lib/db/client";
import { systemOnly } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";

/** What a finding names may come from a row that somebody forged. */
const text = z.string().transform((given) => cleanText(given));
const finding = z.object({
  kind: text,
  index: z.number().optional(),
  id: text.optional(),
  message: text,
});

const input = z.strictObject({
  id: z.uuid(),
  attempt: z.number().int(),
  /** Who asked; null for System. */
  person: z.strictObject({ accountId: z.uuid(), email: text }).nullable(),
  events: z.number().int(),
  size: z.number().int(),
  checkpointSize: z.number().int().nullable(),
  durationMs: z.number().int(),
  findings: z.array(finding).max(100),
  findingCount: z.number().int(),
  /** Why it could not be done; null when it was. */
  problem: text.nullable(),
});

/**
 * Ends a verification: its row, its event and the alarm stand or fall together. Delivered twice, or overtaken by another
 * run, it does nothing.
 */
export const completeVerification = command({
  name: "complete-verification",
  input,
  allow: systemOnly,
  event: logVerified,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async run({ tx, input: done }) {
    const { findingCount, problem, person } = done;
    const isGood = findingCount === 0 && problem === null;
    const state = problem !== null ? "error" : isGood ? "passed" : "failed";
    const ended = await tx.execute(sql`
      update audit_verification set state = ${state}, finished_at = clock_timestamp(), heartbeat_at = clock_timestamp(),
        progress = 100, events = ${done.events}, size = ${done.size}, checkpoint_size = ${done.checkpointSize},
        duration_ms = ${done.durationMs}, findings = ${JSON.stringify(done.findings)}::text::jsonb,
        finding_count = ${findingCount}, problem = ${problem}
      where id = ${done.id} and state = 'running' and attempts = ${done.attempt} returning id`);
    if (ended.length === 0) return { value: false, audit: null };
    const first = problem ?? done.findings[0]?.message ?? "";
    if (isGood) await clearTrouble(driverOf(tx), "verification_failed");
    else await noteTrouble(driverOf(tx), "verification_failed", troubleText(findingCount, problem, first));
    const ids = [...new Set(done.findings.flatMap(({ id }) => id ?? []))].slice(0, 10);
    const common = {
      events: done.events,
      size: done.size,
      ...(done.checkpointSize === null ? {} : { checkpointSize: done.checkpointSize }),
      durationMs: done.durationMs,
    };
    return {
      value: true,
      audit: {
        event: isGood ? logVerified : logVerificationFailed,
        label: "Audit log",
        ...(person ? { actor: { type: "user", id: person.accountId, email: person.email } as const } : {}),
        details: isGood
          ? common
          : {
              ...common,
              findings: findingCount,
              ...(ids.length > 0 ? { firstIds: ids } : {}),
              message: first,
            },
      },
    };
  },
});

function troubleText(count: number, problem: string | null, first: string): string {
  if (problem !== null) return `The log could not be verified: ${problem}`;
  return `The log does not verify: ${count.toLocaleString("en-US")} ${count === 1 ? "finding" : "findings"}, the first: ${first} Keep a copy of the database, and find out who can write to it.`;
}
