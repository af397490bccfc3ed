import "server-only";
import { and, desc, eq, sql } from "drizzle-orm";
import { oidcSettings } from "@/lib/access/openid-connect";
import { schema } from "@/lib/db/client";
import { anyone, inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { isMailOn } from "@/lib/gate/queue-mail";
import type { Theme } from "./schemas";

/** The appearance that the person signed in chose; null for nobody. For the frame of every page. */
export const chosenTheme = query({
  allow: anyone,
  async run({ db, principal }): Promise<Theme | null> {
    if (principal.kind !== "user") return null;
    const { account } = schema;
    const [found] = await db
      .select({ theme: account.theme })
      .from(account)
      .where(eq(account.id, principal.accountId));
    return found?.theme ?? null;
  },
});

/** What a person can change of themselves, as it is. */
export const ownProfile = query({
  allow: inOrganization<null>("account:own"),
  async run({ db, principal }) {
    if (principal.kind !== "user") return null;
    const { account, accountToken } = schema;
    const [found] = await db
      .select({
        name: account.name,
        email: account.email,
        theme: account.theme,
        timeZone: account.timeZone,
        hasPassword: sql<boolean>`${account.passwordHash} is not null`,
      })
      .from(account)
      .where(eq(account.id, principal.accountId));
    if (!found) return null;
    const [waiting] = await db
      .select({ email: accountToken.email })
      .from(accountToken)
      .where(
        and(
          eq(accountToken.accountId, principal.accountId),
          eq(accountToken.purpose, "email_change"),
          sql`${accountToken.usedAt} is null and ${accountToken.expiresAt} > gurulog_now()`,
        ),
      )
      .orderBy(desc(accountToken.createdAt))
      .limit(1);
    const mailOn = isMailOn();
    return {
      ...found,
      isMailOn: mailOn,
      /** Without a mail server nothing confirms an address: see `changeEmail`. */
      canChangeEmail: mailOn || (found.hasPassword && oidcSettings() === null),
      waitingEmail: waiting?.email ?? null,
    };
  },
});
