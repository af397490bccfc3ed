import "server-only";
import { eq } from "drizzle-orm";
import { openLink } from "@/lib/access/account-tokens";
import { schema } from "@/lib/db/client";
import { type Allow, anyone, inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { isMailOn } from "@/lib/gate/queue-mail";

/** Can this instance mail a link? */
export const mailFacts = query({ allow: anyone, run: async () => ({ isMailOn: isMailOn() }) });

/** Whose password the link of a mail would change; null for a link that leads nowhere. Uses up nothing. */
export const passwordLink = query({
  allow: anyone as Allow<{ token: string }, null>,
  async run({ db, input }) {
    const link = await openLink(db, "password_reset", input.token);
    if (!link) return null;
    const { account } = schema;
    const [found] = await db
      .select({ email: account.email })
      .from(account)
      .where(eq(account.id, link.accountId));
    return found ?? null;
  },
});

/** The address that the link of a mail would give to the person signed in; null for a link that leads nowhere. */
export const emailLink = query({
  allow: inOrganization<{ token: string }>("account:own"),
  async run({ db, input, principal }) {
    const link = await openLink(db, "email_change", input.token);
    if (!link || principal.kind !== "user" || link.accountId !== principal.accountId) return null;
    return { email: link.email ?? "" };
  },
});
