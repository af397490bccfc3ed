import "server-only";
import { createPrivateKey, sign } from "node:crypto";
import { ServiceTrouble } from "./service-trouble";

/** GitHub takes at most 10 minutes; the beginning lies back, as its clock and ours differ. */
const backS = 60;
const aheadS = 540;

/**
 * What a GitHub App says who it is with: a JWT (RFC 7519) by RS256, as GitHub's documentation of Apps describes it.
 * @param privateKey PEM, PKCS#1 or PKCS#8
 * @throws ServiceTrouble `credentials` when the key is none
 */
export function appToken(appId: string, privateKey: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1_000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iat: seconds - backS, exp: seconds + aheadS, iss: appId };
  const text = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), keyOf(privateKey)).toString("base64url")}`;
}

function keyOf(pem: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {
    // What is wrong with it is said below; the library's words may repeat a piece of it.
  }
  throw new ServiceTrouble(
    "credentials",
    "The private key is no RSA key in PEM. Paste the whole file that GitHub gave, from -----BEGIN to the end.",
  );
}
