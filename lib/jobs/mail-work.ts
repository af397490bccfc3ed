import "server-only";
import { sql } from "@/lib/db/client";
import { deliverMail } from "@/lib/features/mail/deliver-mail";
import { isMailOn } from "@/lib/gate/queue-mail";
import type { Periodic } from "./timers";

/** People wait for these with their mail program open. */
const everyMs = 3_000;

/** Mails to people: invites, answers, links. What was queued before the mail server was taken out of the settings waits. */
export const mailing: readonly Periodic[] = [
  {
    name: "mails to people",
    everyMs,
    run: async () => {
      if (isMailOn()) await deliverMail(sql());
    },
  },
];
