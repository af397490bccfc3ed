import "server-only";
import { consumeLink, openLink } from "@/lib/access/account-tokens";
import { userUpdated } from "@/lib/audit/catalogue/accounts";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { confirmEmailInput } from "../schemas";
import { lockedEmail, setEmail } from "../set-email";

/**
 * A person proves that an address is theirs by the link that was mailed there. Signed in: who was mailed a link meant for
 * another may not take over their account with it.
 */
export const confirmEmail = command({
  name: "confirm-email",
  input: confirmEmailInput,
  allow: inOrganization("account:own"),
  event: userUpdated,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in, then open the link again.");
    const link = await openLink(tx, "email_change", input.token);
    if (!link || link.email === null || link.accountId !== principal.accountId)
      throw refuse(
        "expired",
        "This link was used before, is too old, or is for another account than the one you are signed in with. Give the address again on your profile page.",
      );
    // The account's row before the link's, as whoever ends an account's links does: so no two wait for each other.
    const before = await lockedEmail(tx, principal.accountId);
    if (!(await consumeLink(tx, link.id)))
      throw refuse(
        "expired",
        "This link was used a moment ago. Reload your profile page to see your address.",
      );
    const audit = await setEmail(tx, principal.accountId, {
      before,
      after: link.email,
      isProven: true,
    });
    return { value: { email: link.email }, audit };
  },
});
