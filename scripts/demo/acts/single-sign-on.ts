import { OidcIdentity } from "@/lib/access/openid-connect";
import { anonymousPrincipal as principal } from "@/lib/access/principal";
import { takeProviderAnswer } from "@/lib/features/accounts/commands/sign-in-by-oidc";
import { sha256 } from "@/lib/platform/crypto";
import { mintId } from "@/lib/platform/ids";
import { runtime, setRuntime } from "@/lib/platform/runtime";
import { done, requestOf, type World } from "./world";

const issuer = "https://sso.halden.example";
const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

/**
 * Somebody of another department comes by the company's identity provider, which the demo's company has and a demo
 * instance has not: once when no seat is free, once when one is.
 */
export async function singleSignOnAct(
  _world: World,
  { step }: { step: "joins" | "finds-no-seat" },
): Promise<void> {
  const before = runtime();
  const provider = {
    AUTH_OIDC_ISSUER: issuer,
    AUTH_OIDC_CLIENT_ID: "gurulog",
    AUTH_OIDC_CLIENT_SECRET: "of no use",
    AUTH_OIDC_JIT_PROVISIONING: true,
    ...(step === "finds-no-seat" ? { GURULOG_SEATS: 1 } : {}),
  };
  const claims = {
    subject: "e7c1b2d4",
    email: "r.okafor@halden.example",
    emailVerified: true,
    name: "Ruth Okafor",
  };
  const identity = new OidcIdentity(issuer, claims, sha256(mintId()));
  setRuntime({ ...before, env: { ...before.env, ...provider } });
  try {
    const request = requestOf({ ip: "198.51.100.41", browser });
    const input = { identity, declined: false, tokens: [] };
    const result = await takeProviderAnswer.execute({ principal, request, input });
    if (step === "joins") done(result);
    else if (result.ok) throw new Error("there was a seat");
  } finally {
    setRuntime(before);
  }
}
