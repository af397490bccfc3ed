import "server-only";
import { and, eq, gt, lt, ne, sql } from "drizzle-orm";
import { decode, encode } from "next-auth/jwt";
import { db, schema, type Tx } from "@/lib/db/client";
import { randomToken, sha256 } from "@/lib/platform/crypto";
import { runtime } from "@/lib/platform/runtime";
import { sessionCookieName } from "@/lib/platform/session-cookie";
import { theOrganization, type UserPrincipal } from "./principal";

/** The scheme decides the cookie's name: `__Secure-` over https only. GURULOG_URL says, never a header. */
export function currentCookieName(): string {
  return sessionCookieName(runtime().baseUrl.startsWith("https:") ? "https" : "http");
}

/** Absolute life of a session, in seconds. */
export function sessionMaxAgeS(): number {
  return runtime().env.GURULOG_SESSION_ABSOLUTE_DAYS * 86_400;
}

/**
 * Starts a session in the transaction that records the sign-in. The cookie is made of it after the commit.
 * @returns the session id, which only the cookie carries; the table has its SHA-256
 */
export async function startSession(
  tx: Tx,
  accountId: string,
  from: { ip: string | null; userAgent: string | null },
): Promise<string> {
  const sid = randomToken(32);
  // What ran out is of no use to anyone; taken away here, so that the table stays as small as its live sessions.
  await tx
    .delete(schema.session)
    .where(and(eq(schema.session.accountId, accountId), lt(schema.session.expiresAt, sql`gurulog_now()`)));
  await tx.insert(schema.session).values({
    idHash: sha256(sid),
    accountId,
    ip: from.ip,
    userAgent: from.userAgent?.slice(0, 512) ?? null,
    expiresAt: sql`gurulog_now() + make_interval(secs => ${sessionMaxAgeS()})`,
  });
  return sid;
}

/** The cookie's value: next-auth's encrypted token around the session id alone; everything else is looked up. */
export async function sessionCookieValue(sid: string): Promise<string> {
  return encode({
    token: { sid },
    secret: runtime().keys.sessionSecret,
    salt: currentCookieName(),
    maxAge: sessionMaxAgeS(),
  });
}

/** The session id in a cookie, or null for anything that is not one of ours. */
async function sessionIdOf(cookie: string | undefined): Promise<string | null> {
  if (!cookie || cookie.length > 4_096) return null;
  const salt = currentCookieName();
  // A cookie that does not decrypt is a stranger's or an old key's: nobody is signed in.
  const token = await decode({ token: cookie, secret: runtime().keys.sessionSecret, salt }).catch(() => null);
  return typeof token?.sid === "string" ? token.sid : null;
}

/**
 * Who is signed in by this cookie, looked up on every request: a session ended on the server is dead at once.
 * Its last use is kept at a minute's grain.
 */
export async function principalOfCookie(cookie: string | undefined): Promise<UserPrincipal | null> {
  return principalOf(cookie, true);
}

/**
 * The same for what an open page asks by itself, whether or not somebody is there: that is no use of the session, which
 * runs out as if nobody had asked.
 */
export async function principalOfPoll(cookie: string | undefined): Promise<UserPrincipal | null> {
  return principalOf(cookie, false);
}

async function principalOf(cookie: string | undefined, isUse: boolean): Promise<UserPrincipal | null> {
  const sid = await sessionIdOf(cookie);
  if (!sid) return null;
  const idHash = sha256(sid);
  const { session, account, membership } = schema;
  const idleHours = runtime().env.GURULOG_SESSION_IDLE_HOURS;
  const [found] = await db()
    .select({
      accountId: account.id,
      email: account.email,
      name: account.name,
      role: membership.role,
      mustChangePassword: account.mustChangePassword,
      // Asked each time: when the owner begins to require it, sessions that stand are held back too.
      mustEnrolFactor: sql<boolean>`${membership.role} is not null
        and exists (select from organization o where o.id = ${theOrganization} and o.two_factor_required)
        and not exists (select from account_factor f where f.account_id = ${account.id} and f.confirmed_at is not null)`,
      timeZone: account.timeZone,
      stale: sql<boolean>`${session.lastSeenAt} < now() - interval '1 minute'`,
    })
    .from(session)
    .innerJoin(account, eq(account.id, session.accountId))
    .leftJoin(membership, and(eq(membership.accountId, account.id), eq(membership.orgId, theOrganization)))
    .where(
      and(
        eq(session.idHash, idHash),
        gt(session.expiresAt, sql`now()`),
        gt(session.lastSeenAt, sql`now() - make_interval(hours => ${idleHours})`),
      ),
    );
  if (!found) return null;
  if (found.stale && isUse)
    await db().update(schema.session).set({ lastSeenAt: sql`now()` }).where(eq(session.idHash, idHash));
  const { stale: _, ...facts } = found;
  return { kind: "user", orgId: theOrganization, sessionHash: idHash.toString("hex"), ...facts };
}

/** Ends one session. @returns true when it stood */
export async function endSession(tx: Tx, sessionHash: string): Promise<boolean> {
  const ended = await tx
    .delete(schema.session)
    .where(eq(schema.session.idHash, Buffer.from(sessionHash, "hex")))
    .returning({ id: schema.session.accountId });
  return ended.length > 0;
}

/**
 * Gives a session another id: it goes on, and every copy of its cookie is dead.
 * @returns the new session id for the cookie, or null when the session has ended meanwhile
 */
export async function renewSession(tx: Tx, sessionHash: string): Promise<string | null> {
  const sid = randomToken(32);
  const renewed = await tx
    .update(schema.session)
    .set({ idHash: sha256(sid), lastSeenAt: sql`gurulog_now()` })
    .where(eq(schema.session.idHash, Buffer.from(sessionHash, "hex")))
    .returning({ id: schema.session.accountId });
  return renewed.length > 0 ? sid : null;
}

/** Ends all sessions of an account but one. @returns their number */
export async function endOtherSessions(tx: Tx, accountId: string, keepHash: string | null): Promise<number> {
  const { session } = schema;
  const keep = keepHash === null ? undefined : ne(session.idHash, Buffer.from(keepHash, "hex"));
  const ended = await tx
    .delete(session)
    .where(and(eq(session.accountId, accountId), keep))
    .returning({ id: session.accountId });
  return ended.length;
}
