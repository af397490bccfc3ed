import "server-only";
import { and, asc, eq } from "drizzle-orm";
import { type ListInput, listPage, rowsOf } from "@/lib/access/list-page";
import { nameOrAddressHolds, searchText } from "@/lib/access/people";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";

/** Who holds a role in the guru: maintainers first, then by e-mail; a page at a time. */
export const guruTeam = query({
  allow: onGuru<ListInput & { guru: string }>("team:read", ({ guru }) => guru),
  async run({ db, input, scope }) {
    const { guruRole, account } = schema;
    const { limit, offset } = rowsOf(input.page);
    const ofGuru = eq(guruRole.guruId, scope.guru.id);
    const found = await db
      .select({
        accountId: account.id,
        email: account.email,
        name: account.name,
        role: guruRole.role,
        since: guruRole.createdAt,
      })
      .from(guruRole)
      .innerJoin(account, eq(account.id, guruRole.accountId))
      .where(and(ofGuru, nameOrAddressHolds(searchText(input.search ?? ""))))
      .orderBy(asc(guruRole.role), asc(account.email), asc(account.id))
      .limit(limit)
      .offset(offset);
    return { ...listPage(found, input.page), total: await db.$count(guruRole, ofGuru) };
  },
});
