import { cleanText } from "@/lib/platform/clean-text";

/** What the provider says of a person. */
export interface OidcClaims {
  /** Its lasting name for the person; never reused, unlike an address. */
  subject: string;
  email: string | null;
  /** The provider has made sure that the address is the person's. */
  emailVerified: boolean;
  name: string | null;
}

type Claims = Record<string, unknown>;

/** At most 255 ASCII characters (OpenID Connect Core, 2). Others are refused: mended, two people could become one. */
const subjectShape = /^[\x20-\x7e]{1,255}$/;

/**
 * The claims of a checked ID token and of the userinfo endpoint, which speak of the same subject (checked by the library,
 * and here).
 * @returns null when they name nobody, or two people
 */
export function claimsOf(idToken: unknown, userinfo: unknown): OidcClaims | null {
  const token = payloadOf(idToken);
  const info = isClaims(userinfo) ? userinfo : {};
  const subject = token.sub;
  if (typeof subject !== "string" || !subjectShape.test(subject) || info.sub !== subject) return null;
  // Address and its verification come from one source: the one must not vouch for the other's address.
  const source = typeof info.email === "string" ? info : token;
  const email = typeof source.email === "string" ? source.email : null;
  // Some providers write the boolean as text.
  const emailVerified = source.email_verified === true || source.email_verified === "true";
  const name = [info.name, token.name, info.preferred_username].find(
    (each): each is string => typeof each === "string" && each.trim() !== "",
  );
  return {
    subject,
    email,
    emailVerified: email !== null && emailVerified,
    name: name ? cleanText(name) : null,
  };
}

function isClaims(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function payloadOf(jwt: unknown): Claims {
  const [, payload] = typeof jwt === "string" ? jwt.split(".") : [];
  if (!payload) return {};
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    return isClaims(parsed) ? parsed : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
