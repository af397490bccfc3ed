import "server-only";
import { z } from "zod";
import { startAtProvider } from "@/lib/access/openid-connect";
import { anonymousPrincipal } from "@/lib/access/principal";
import { signedIn } from "@/lib/audit/catalogue/accounts";
import { anyone } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { admitProviderAnswer } from "./admit-provider-answer";

/** Where the browser goes, and with which cookies. A class, so that nothing from outside can pass for one. */
class Departure {
  constructor(
    readonly location: string,
    readonly setCookies: readonly string[],
  ) {}

  toJSON(): string {
    return "departure";
  }
}

const leaveForProvider = command({
  name: "start-oidc-sign-in",
  input: z.strictObject({ departure: z.instanceof(Departure) }),
  allow: anyone,
  event: signedIn,
  target: () => ({ id: "unknown" }),
  // Nobody has signed in, or failed to: the answer of the provider is what is recorded.
  run: async ({ input: { departure } }) => ({
    value: { location: departure.location, setCookies: departure.setCookies },
    audit: null,
  }),
});

/** A person goes to the identity provider to sign in there. */
export const startOidcSignIn = around(
  leaveForProvider,
  z.strictObject({}),
  async (_, { request }, proceed) => {
    const principal = anonymousPrincipal;
    const admitted = await admitProviderAnswer.execute({ principal, request, input: {} });
    if (!admitted.ok) return admitted;
    const begun = await startAtProvider();
    if (!begun)
      throw refuse(
        "busy",
        "The identity provider does not answer as it should. Try again in a minute, or sign in with your password.",
      );
    const departure = new Departure(begun.location, begun.setCookies);
    return proceed({ principal, request, input: { departure } });
  },
);
