import "server-only";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { emailKey } from "@/lib/access/email-key";
import { isKnownBrowser } from "@/lib/access/known-browsers";
import { addressKey, refuseWhileDelayed, Throttled } from "@/lib/access/sign-in-delay";
import { signedIn, signInFailed } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { recordCounted } from "@/lib/gate/counted";
import { eventOf } from "@/lib/gate/facts";

/** What is known of an account before its password is checked. */
interface Candidate {
  account: { id: string; passwordHash: string | null } | null;
  knownBrowser: boolean;
}

const nobody = "00000000-0000-0000-0000-000000000000";

/**
 * Before a password is checked: is this try let through? One that is not never reaches the hash and is counted; the
 * count becomes one LOGIN_FAILED when its minute closes.
 */
export const admitSignIn = command({
  name: "admit-sign-in",
  input: z.strictObject({ email: z.string().nullable(), tokens: z.array(z.string()) }),
  allow: anyone,
  event: signedIn,
  target: () => ({ id: "unknown" }),
  async onRefusal({ tx, input, principal, request }, refusal) {
    if (!(refusal instanceof Throttled)) return null;
    const account = await accountOfEmail(tx, input.email);
    // Addresses without an account are told apart only where their own delay holds them, which takes failures of each:
    // otherwise a stranger could write as many events as they can think of addresses.
    const named = account !== null || refusal.by === "account" ? input.email : null;
    const event = eventOf(
      signInFailed,
      {
        target: { id: account?.id ?? "unknown" },
        label: named ?? "-",
        accountId: account?.id ?? null,
        details: { reason: "throttled", method: "password" },
      },
      principal,
      request,
    );
    await recordCounted(
      tx,
      "throttled",
      addressKey(request.ip) ?? "-",
      `sign-in ${named === null ? "-" : emailKey(named)}`,
      event,
    );
    return null;
  },
  async run({ tx, input, request }) {
    const account = await accountOfEmail(tx, input.email);
    // Asked of nobody too: the answer may not come sooner where there is no account.
    const knownBrowser = await isKnownBrowser(tx, account?.id ?? nobody, input.tokens);
    await refuseWhileDelayed(tx, {
      account: knownBrowser || input.email === null ? null : emailKey(input.email),
      address: addressKey(request.ip),
    });
    return { value: { account, knownBrowser } satisfies Candidate, audit: null };
  },
});

async function accountOfEmail(tx: Pick<Tx, "select">, email: string | null): Promise<Candidate["account"]> {
  if (email === null) return null;
  const { account } = schema;
  const [found] = await tx
    .select({ id: account.id, passwordHash: account.passwordHash })
    .from(account)
    .where(eq(account.emailKey, emailKey(email)));
  return found ?? null;
}
