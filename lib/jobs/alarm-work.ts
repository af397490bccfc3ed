import "server-only";
import { theOrganization } from "@/lib/access/principal";
import { deliverDue } from "@/lib/audit/alarms/deliver";
import { lookForTroubles } from "@/lib/audit/alarms/look";
import { type Audience, raiseAlarms } from "@/lib/audit/alarms/raise";
import { sql } from "@/lib/db/client";
import { runtime } from "@/lib/platform/runtime";
import type { Periodic } from "./timers";

const everyMs = 10_000;

/** Who is told, as the environment says. */
export function audience(): Audience {
  const { env } = runtime();
  return {
    orgId: theOrganization,
    mail: env.SMTP_URL !== undefined,
    mailTo: env.GURULOG_ALARM_EMAILS,
    webhook: env.GURULOG_ALARM_WEBHOOK_URL !== undefined,
  };
}

/** What watches over the log while a worker runs. */
export function watching(): Periodic[] {
  const since = new Date();
  const { databaseFolder } = runtime();
  const look = async () => {
    // What others noted is raised also when our own look fails, and then the failure is thrown.
    try {
      await lookForTroubles(sql(), { orgId: theOrganization, databaseFolder, since });
    } finally {
      await raiseAlarms(sql(), audience());
    }
  };
  return [{ name: "watching the log", everyMs, run: look }];
}

/**
 * Tells of what was raised. Apart from the look, so that a mail server that does not answer holds up nothing; each channel
 * waits for itself alone.
 */
export const telling: readonly Periodic[] = [
  { name: "alarms by mail", everyMs, run: () => deliverDue(sql(), "mail") },
  { name: "alarms by webhook", everyMs, run: () => deliverDue(sql(), "webhook") },
];
