import "server-only";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { CheckedPassword } from "@/lib/access/checked-password";
import { emailKey } from "@/lib/access/email-key";
import { fewAtOnce } from "@/lib/access/few-at-once";
import { browserTokens } from "@/lib/access/known-browsers";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { verifyPassword } from "@/lib/access/passwords";
import { anonymousPrincipal } from "@/lib/access/principal";
import { addressKey, countFailure, forgetFailures } from "@/lib/access/sign-in-delay";
import { signedIn } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { endFirstStep } from "../first-step";
import { emailTried } from "../rules";
import { signInInput } from "../schemas";
import { admitSignIn } from "./admit-sign-in";

export type { NewSession } from "../first-step";

const wrong = () =>
  refuse("unauthenticated", "The e-mail address or the password is wrong. Check both and try again.");

const decideSignIn = command({
  name: "sign-in",
  input: z.strictObject({
    email: z.string().nullable(),
    tokens: z.array(z.string()),
    checked: z.instanceof(CheckedPassword),
  }),
  allow: anyone,
  event: signedIn,
  target: ({ input }) => ({ id: input.checked.account?.id ?? "unknown" }),
  async onRefusal({ tx, input, request }, refusal) {
    const { account, knownBrowser } = input.checked;
    const counts = refusal.code === "unauthenticated";
    if (counts) {
      const counted = knownBrowser || input.email === null ? null : emailKey(input.email);
      await countFailure(tx, { account: counted, address: addressKey(request.ip) });
    }
    return {
      label: input.email ?? "-",
      accountId: account?.id ?? null,
      details: { method: "password", ...(counts ? { reason: "credentials" } : {}) },
    };
  },
  async run({ tx, input, request }) {
    const { checked } = input;
    if (!checked.matched || !checked.account?.passwordHash) throw wrong();
    const { account } = schema;
    // The hash was checked before this transaction: it must still be the account's.
    const [found] = await tx
      .select({ id: account.id, email: account.email })
      .from(account)
      .where(and(eq(account.id, checked.account.id), eq(account.passwordHash, checked.account.passwordHash)))
      .for("share");
    if (!found) throw wrong();
    if (!checked.knownBrowser) await forgetFailures(tx, emailKey(found.email));
    const { tokens } = input;
    const { value, signedIn: audit } = await endFirstStep(tx, found, "password", { tokens, request });
    return { value, targetId: found.id, audit };
  },
});

/** Two of them have their password hashed meanwhile, which no more can. */
const mostTriesAtOnce = 4;

/**
 * A person signs in by e-mail address and password. The same answer in the same time whether or not the account exists.
 * Each try that reaches the password check is one event; with a second factor it is that of the second step.
 */
export const signIn = around(
  decideSignIn,
  signInInput,
  async ({ email: typed, password, browser }, { request }, proceed) => {
    const principal = anonymousPrincipal;
    const email = emailTried(typed);
    const tokens = browserTokens(browser);
    const address = addressKey(request.ip);
    const queues = [
      ...(email === null ? [] : [`account ${emailKey(email)}`]),
      ...(address === null ? [] : [`address ${address}`]),
    ];
    const inTurn = <T>(work: () => Promise<T>) =>
      oneAtATime(queues, () => fewAtOnce("sign-in", mostTriesAtOnce, work));
    return inTurn(async () => {
      const admitted = await admitSignIn.execute({ principal, request, input: { email, tokens } });
      if (!admitted.ok) return admitted;
      if ("repeated" in admitted) throw new Error("a sign-in has no attempt id");
      const { account, knownBrowser } = admitted.value;
      const matched = await verifyPassword(account?.passwordHash ?? null, password);
      const call = {
        principal,
        request,
        input: { email, tokens, checked: new CheckedPassword(account, matched, knownBrowser) },
      };
      return proceed(call);
    });
  },
);
