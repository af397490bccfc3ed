import "server-only";
import { asc, eq } from "drizzle-orm";
import { secretUses } from "@/lib/access/secrets";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { mostSecrets } from "./schemas";

/** The secrets of a guru by name, and what uses each; never a value, nor anything made of one. */
export const guruSecrets = query({
  allow: onGuru<string>("secret:manage", (ref) => ref),
  async run({ db, scope }) {
    const { secret, account } = schema;
    const { id: guruId } = scope.guru;
    const rows = await db
      .select({
        id: secret.id,
        name: secret.name,
        createdBy: account.email,
        updatedAt: secret.updatedAt,
      })
      .from(secret)
      .leftJoin(account, eq(account.id, secret.createdBy))
      .where(eq(secret.guruId, guruId))
      .orderBy(asc(secret.name))
      .limit(mostSecrets);
    const uses = await secretUses(db, guruId);
    const secrets = rows.map((row) => ({ ...row, uses: uses.filter((use) => use.secret === row.name) }));
    return { guru: scope.guru, secrets };
  },
});
