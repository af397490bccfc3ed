import "server-only";
import { and, desc, eq, inArray, notInArray, sql } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { randomToken, sha256 } from "@/lib/platform/crypto";
import { runtime } from "@/lib/platform/runtime";

const tokenShape = /^[\w-]{43}$/;
/** Accounts that one browser is known to; the oldest makes room. */
const mostTokens = 5;
const mostBrowsersOfAccount = 50;

/** Life of the cookie, in seconds: the longest that browsers allow. */
export const knownBrowserMaxAgeS = 400 * 86_400;

export function knownBrowserCookieName(): string {
  return runtime().baseUrl.startsWith("https:") ? "__Secure-gurulog.browser" : "gurulog.browser";
}

/** The tokens in the cookie, one an account, the latest first; whatever else it holds is left out. */
export function browserTokens(cookie: string | undefined): string[] {
  if (!cookie || cookie.length > 1_000) return [];
  return cookie
    .split(".")
    .filter((token) => tokenShape.test(token))
    .slice(0, mostTokens);
}

/**
 * No browser is known to the account any more.
 * @param but tokens of the browser in whose session this happens: one that is known stays so
 */
export async function forgetBrowsers(tx: Tx, accountId: string, but: readonly string[] = []): Promise<void> {
  const { knownBrowser } = schema;
  const kept = but.length === 0 ? undefined : notInArray(knownBrowser.tokenHash, but.map(sha256));
  await tx.delete(knownBrowser).where(and(eq(knownBrowser.accountId, accountId), kept));
}

/** Has a browser with one of these tokens signed in to the account before? */
export async function isKnownBrowser(
  tx: Pick<Tx, "select">,
  accountId: string,
  tokens: readonly string[],
): Promise<boolean> {
  return (await knownToken(tx, accountId, tokens)) !== null;
}

async function knownToken(
  tx: Pick<Tx, "select">,
  accountId: string,
  tokens: readonly string[],
): Promise<string | null> {
  const { knownBrowser } = schema;
  const found = await tx
    .select({ tokenHash: knownBrowser.tokenHash })
    .from(knownBrowser)
    .where(and(eq(knownBrowser.accountId, accountId), inArray(knownBrowser.tokenHash, tokens.map(sha256))));
  return tokens.find((token) => found.some((row) => row.tokenHash.equals(sha256(token)))) ?? null;
}

/**
 * Keeps that this browser signed in to the account. A token that the account does not know yet is never adopted, or
 * whoever can plant a cookie would make their own browser known.
 * @returns the cookie's new value
 */
export async function rememberBrowser(tx: Tx, accountId: string, tokens: readonly string[]): Promise<string> {
  const { knownBrowser } = schema;
  const token = (await knownToken(tx, accountId, tokens)) ?? randomToken(32);
  await tx
    .insert(knownBrowser)
    .values({ accountId, tokenHash: sha256(token) })
    .onConflictDoUpdate({
      target: [knownBrowser.accountId, knownBrowser.tokenHash],
      set: { lastUsedAt: sql`gurulog_now()` },
    });
  const kept = tx
    .select({ tokenHash: knownBrowser.tokenHash })
    .from(knownBrowser)
    .where(eq(knownBrowser.accountId, accountId))
    .orderBy(desc(knownBrowser.lastUsedAt))
    .limit(mostBrowsersOfAccount);
  await tx
    .delete(knownBrowser)
    .where(and(eq(knownBrowser.accountId, accountId), notInArray(knownBrowser.tokenHash, kept)));
  return [token, ...tokens.filter((other) => other !== token)].slice(0, mostTokens).join(".");
}
