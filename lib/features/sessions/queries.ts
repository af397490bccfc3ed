import "server-only";
import { and, desc, eq, gt, sql } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { runtime } from "@/lib/platform/runtime";
import { browserName } from "./browser-name";

/** More than anybody has; the rest is ended by "sign out everywhere else" all the same. */
const mostShown = 200;

export interface OwnSession {
  /** By which it is ended: the hash of its id, which opens nothing. */
  id: string;
  isThisOne: boolean;
  address: string | null;
  browser: string;
  userAgent: string | null;
  createdAt: Date;
  lastSeenAt: Date;
}

/** Where the person is signed in; this browser first, then by last use. Sessions that ran out are none. */
export const ownSessions = query({
  allow: inOrganization<null>("account:own"),
  async run({ db, principal }): Promise<OwnSession[]> {
    if (principal.kind !== "user") return [];
    const { session } = schema;
    const rows = await db
      .select({
        idHash: session.idHash,
        address: sql<string | null>`host(${session.ip})`,
        userAgent: session.userAgent,
        createdAt: session.createdAt,
        lastSeenAt: session.lastSeenAt,
      })
      .from(session)
      .where(
        and(
          eq(session.accountId, principal.accountId),
          gt(session.expiresAt, sql`now()`),
          gt(
            session.lastSeenAt,
            sql`now() - make_interval(hours => ${runtime().env.GURULOG_SESSION_IDLE_HOURS})`,
          ),
        ),
      )
      .orderBy(desc(session.lastSeenAt))
      .limit(mostShown);
    const shown = rows.map(({ idHash, ...facts }) => {
      const id = idHash.toString("hex");
      return { ...facts, id, isThisOne: id === principal.sessionHash, browser: browserName(facts.userAgent) };
    });
    return [...shown.filter((one) => one.isThisOne), ...shown.filter((one) => !one.isThisOne)];
  },
});
