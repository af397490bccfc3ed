import "server-only";
import { asc, eq } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";

/** Who holds a role in the guru: maintainers first, then by e-mail. */
export const guruTeam = query({
  allow: onGuru<string>("team:read", (ref) => ref),
  async run({ db, scope }) {
    const { guruRole, account } = schema;
    return db
      .select({
        accountId: account.id,
        email: account.email,
        name: account.name,
        role: guruRole.role,
        since: guruRole.createdAt,
      })
      .from(guruRole)
      .innerJoin(account, eq(account.id, guruRole.accountId))
      .where(eq(guruRole.guruId, scope.guru.id))
      .orderBy(asc(guruRole.role), asc(account.email));
  },
});
