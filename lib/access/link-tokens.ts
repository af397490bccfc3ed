import "server-only";
import { hmacSha256, sha256 } from "@/lib/platform/crypto";
import { runtime } from "@/lib/platform/runtime";

/** What a link that was handed to somebody opens. A token of one purpose is worthless for another. */
export type LinkPurpose = "invite" | "password_reset" | "email_change";

const tokenShape = /^[\w-]{43}$/;

/** A key of its own: nothing made under it can stand for a session's cookie, nor the reverse. */
function tokenOf(facts: readonly (string | number)[]): string {
  const key = hmacSha256(runtime().keys.sessionSecret, "gurulog link tokens v1");
  return hmacSha256(key, JSON.stringify(facts)).toString("base64url");
}

/**
 * The secret of one link: 256 bits, the same each time, so that a link can be shown or mailed again without standing in
 * the database. With another session secret it is another.
 * @param id of the row that the link is for
 */
export function linkToken(purpose: LinkPurpose, id: string): string {
  return tokenOf([purpose, id]);
}

/** The secret of the organization's invite link. The next version makes every earlier link worthless. */
export function inviteLinkToken(orgId: number, version: number): string {
  return tokenOf(["invite_link", orgId, version]);
}

/** What is stored of a link's token, and looked up by. */
export function linkTokenHash(token: string): Buffer {
  return sha256(token);
}

/** Could this be a link's token? Whatever could not is not worth a query. */
export function isLinkToken(text: string): boolean {
  return tokenShape.test(text);
}
