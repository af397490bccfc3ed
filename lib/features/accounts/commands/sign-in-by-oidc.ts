import "server-only";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { browserTokens } from "@/lib/access/known-browsers";
import { lockMembers } from "@/lib/access/members";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { isAnswerToBrowser, OidcIdentity, readProviderAnswer } from "@/lib/access/openid-connect";
import { anonymousPrincipal } from "@/lib/access/principal";
import { addressKey, countFailure } from "@/lib/access/sign-in-delay";
import { signedIn } from "@/lib/audit/catalogue/accounts";
import type { Tx } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import type { AuditFact } from "@/lib/gate/facts";
import { StepRefused } from "@/lib/gate/joining";
import { endFirstStep } from "../first-step";
import { joinByOidc } from "../oidc/join";
import { linkIdentity } from "../oidc/link";
import { accountOfEmail, accountOfIdentity, verifiedEmail } from "../oidc/people";
import { OidcRefusal, oidcRefusedFact } from "../oidc/refusal";
import { emailTried } from "../rules";
import { admitProviderAnswer } from "./admit-provider-answer";

/** After which a mark is of no use: the cookies of a sign-in under way live for a quarter of an hour. */
const answerLifeMinutes = 20;

/** Decides an answer that was checked; its input can only be made where that is done. */
export const takeProviderAnswer = command({
  name: "sign-in-by-oidc",
  input: z.strictObject({
    identity: z.instanceof(OidcIdentity).nullable(),
    declined: z.boolean(),
    tokens: z.array(z.string()),
  }),
  allow: anyone,
  event: signedIn,
  target: () => ({ id: "unknown" }),
  async onRefusal({ tx, input, request }, refusal) {
    if (refusal.code !== "internal")
      await countFailure(tx, { account: null, address: addressKey(request.ip) });
    const named = input.identity?.claims.email ?? null;
    const email = named === null ? null : emailTried(named);
    const isAnothers = refusal instanceof OidcRefusal && refusal.reason === "other-identity";
    const isOfAccount = isAnothers || refusal instanceof StepRefused;
    const account = email !== null && isOfAccount ? await accountOfEmail(tx, email) : null;
    return oidcRefusedFact(refusal, email, account);
  },
  async run({ tx, input, request }) {
    const { identity, tokens } = input;
    if (identity === null || !(await isFirstUse(tx, identity))) throw refused(input.declined);
    const known = await accountOfIdentity(tx, identity);
    const { person, lead, follow } = known
      ? { person: known, lead: [], follow: [] }
      : await newcomer(tx, identity);
    const { value, signedIn: entered } = await endFirstStep(tx, person, "oidc", { tokens, request });
    const facts = [...lead, ...(entered ? [entered] : []), ...follow];
    const [first, ...rest] = facts;
    return { value, targetId: person.id, audit: first ? [first, ...rest] : null };
  },
});

/** Somebody whom the provider names for the first time: with the account of their verified address, or a new one. */
async function newcomer(
  tx: Tx,
  identity: OidcIdentity,
): Promise<{ person: { id: string; email: string }; lead: AuditFact[]; follow: AuditFact[] }> {
  const email = verifiedEmail(identity);
  await lockMembers(tx);
  // In another tab the same person may just have been first.
  const known = await accountOfIdentity(tx, identity);
  if (known) return { person: known, lead: [], follow: [] };
  const found = await accountOfEmail(tx, email);
  return found ? linkIdentity(tx, identity, found) : joinByOidc(tx, identity, email);
}

/** Takes the answer, once: whoever has a copy of the address and the cookies comes too late. */
async function isFirstUse(tx: Tx, { stateHash }: OidcIdentity): Promise<boolean> {
  await tx.execute(sql`
    delete from oidc_answer where taken_at < gurulog_now() - make_interval(mins => ${answerLifeMinutes}::int)`);
  const taken = await tx.execute(
    sql`insert into oidc_answer (state_hash) values (${stateHash}) on conflict do nothing returning 1`,
  );
  return taken.length > 0;
}

function refused(declined: boolean): OidcRefusal {
  const message = declined
    ? "Your identity provider did not let you in, or the sign-in was cancelled there."
    : "The answer of your identity provider does not hold: it is too old, was used before, or belongs to another browser. Start again.";
  return new OidcRefusal("provider", "unauthenticated", message);
}

/**
 * What came back from the identity provider: a session, a second step, or a refusal. An identity that is known signs in;
 * a new one is linked to the account of its verified address, and where there is none gets one.
 */
export const signInByOidc = around(
  takeProviderAnswer,
  z.strictObject({
    /** The query of the address, as it came. */
    search: z.string(),
    /** The request's cookies. */
    cookies: z.record(z.string(), z.string()),
    browser: z.string().optional(),
  }),
  async ({ search, cookies: sent, browser }, { request }, proceed) => {
    const cookies = new Map(Object.entries(sent));
    const principal = anonymousPrincipal;
    const tokens = browserTokens(browser);
    const declined = new URLSearchParams(search).has("error");
    const act = (identity: OidcIdentity | null) =>
      proceed({ principal, request, input: { identity, declined, tokens } });
    const address = addressKey(request.ip);
    // Only answers to this very browser reach the provider; all others are decided one after the other.
    const early = await oneAtATime(address === null ? [] : [`address ${address}`], async () => {
      const admitted = await admitProviderAnswer.execute({ principal, request, input: {} });
      if (!admitted.ok) return admitted;
      return (await isAnswerToBrowser(search, cookies)) ? null : act(null);
    });
    return early ?? act(await readProviderAnswer(search, cookies));
  },
);
