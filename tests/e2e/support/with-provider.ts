import { type OidcProcess, oidcClient, startOidcProvider } from "../../support/oidc-process";
import { freePort, type StartOptions } from "./start-product";

/**
 * A provider's process, and how a product is started that signs people in by it. Its port is chosen before, as the provider
 * knows the address to which it sends people back.
 */
export async function providerFor(): Promise<{ provider: OidcProcess; start: StartOptions }> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const provider = await startOidcProvider(`${url}/api/auth/callback/oidc`);
  const env = {
    GURULOG_URL: url,
    AUTH_OIDC_ISSUER: provider.issuer,
    AUTH_OIDC_CLIENT_ID: oidcClient.id,
    AUTH_OIDC_CLIENT_SECRET: oidcClient.secret,
  };
  return { provider, start: { port, env } };
}
