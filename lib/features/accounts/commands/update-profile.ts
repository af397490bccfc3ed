import "server-only";
import { eq } from "drizzle-orm";
import { userUpdated } from "@/lib/audit/catalogue/accounts";
import type { Change } from "@/lib/audit/record/event-input";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { profileInput } from "../schemas";

/** A person changes how they are called and how pages look to them. What stays as it was is no event. */
export const updateProfile = command({
  name: "update-profile",
  input: profileInput,
  allow: inOrganization("account:own"),
  event: userUpdated,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to change your profile.");
    const { account } = schema;
    const [before] = await tx
      .select({ name: account.name, theme: account.theme, timeZone: account.timeZone })
      .from(account)
      .where(eq(account.id, principal.accountId))
      .for("update");
    if (!before) throw refuse("unauthenticated", "This account no longer exists.");
    const after = { name: cleanText(input.name), theme: input.theme, timeZone: input.timeZone };
    const changes: Change[] = [
      { field: "name", before: before.name, after: after.name },
      { field: "theme", before: before.theme, after: after.theme },
      { field: "time_zone", before: before.timeZone, after: after.timeZone },
    ].filter((change) => change.before !== change.after);
    const value = { theme: after.theme };
    if (changes.length === 0) return { value, audit: null };
    await tx.update(account).set(after).where(eq(account.id, principal.accountId));
    return { value, audit: { label: principal.email, changes } };
  },
});
