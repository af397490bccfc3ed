import "server-only";
import { randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { hmacSha256 } from "@/lib/platform/crypto";
import { runtime } from "@/lib/platform/runtime";

/** What every authenticator app takes: RFC 6238 with SHA-1, six digits, thirty seconds. */
const kind = { algorithm: "SHA1", digits: 6, period: 30 } as const;
/** Steps before and after the present one whose code is taken too: a clock may be half a minute off. */
const window = 1;

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const recoveryLength = 12;
const recoveryCodeCount = 10;

const now = (): number => (runtime().demoClock?.() ?? new Date()).getTime();
const generatorOf = (secret: Uint8Array, label = "") =>
  new TOTP({
    ...kind,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
    issuer: "Gurulog",
    label,
  });

/** A new secret: 160 bits, as RFC 4226 asks for. */
export function newFactorSecret(): Buffer {
  return randomBytes(20);
}

/** What an authenticator app reads: as address (for the QR code) and as text to type in. */
export function forAuthenticator(secret: Uint8Array, email: string): { uri: string; text: string } {
  const generator = generatorOf(secret, email);
  return { uri: generator.toString(), text: generator.secret.base32.replace(/(.{4})(?=.)/g, "$1 ") };
}

/** The code of this moment, as an authenticator app shows it. */
export function presentCode(secret: Uint8Array): string {
  return generatorOf(secret).generate({ timestamp: now() });
}

/** The time step whose code this is, among the present one and its neighbours; null for a wrong code. */
export function stepOfCode(secret: Uint8Array, code: string): number | null {
  const timestamp = now();
  const delta = generatorOf(secret).validate({ token: code, window, timestamp });
  return delta === null ? null : TOTP.counter({ period: kind.period, timestamp }) + delta;
}

/** A typed code without what people put between its parts: six digits, or a recovery code in its stored form. */
export function plainCode(typed: string): { kind: "totp" | "recovery_code"; code: string } | null {
  if (typed.length > 100) return null;
  const code = typed.replace(/[\s-]/g, "").toUpperCase();
  if (/^\d{6}$/.test(code)) return { kind: "totp", code };
  const mended = code.replaceAll("O", "0").replace(/[IL]/g, "1");
  const fits = mended.length === recoveryLength && [...mended].every((sign) => alphabet.includes(sign));
  return fits ? { kind: "recovery_code", code: mended } : null;
}

/** Codes for the day on which the authenticator is lost: 60 bits each, shown once. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => {
    const signs = [...randomBytes(recoveryLength)].map((byte) => alphabet[byte % alphabet.length]);
    return signs.join("").replace(/(.{4})(?=.)/g, "$1-");
  });
}

/** What is stored of a recovery code: keyed, as 60 bits could be found by trying from a copy of the database. */
export function recoveryCodeHash(plain: string): Buffer {
  return hmacSha256(runtime().keys.apiKeyPepper, `recovery code ${plain}`);
}
