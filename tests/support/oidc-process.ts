import { bundleScript, startScript } from "./child-script";

export const oidcClient = { id: "gurulog-tests", secret: "a secret for tests only" };

export interface OidcProcess {
  issuer: string;
  stop(): Promise<void>;
}

/**
 * Starts the provider's process.
 * @param fault what it does wrong, see oidc-provider.ts
 */
export async function startOidcProvider(redirectUri: string, fault = ""): Promise<OidcProcess> {
  const bundle = await bundleScript("tests/support/oidc-provider.ts");
  const running = startScript(bundle.file, [oidcClient.id, oidcClient.secret, redirectUri, fault]);
  const stop = async () => {
    running.process.kill();
    await running.ended;
    bundle.remove();
  };
  try {
    const { issuer } = await running.waitFor((message) => typeof message.issuer === "string");
    return { issuer: String(issuer), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
