import "server-only";
import { sql } from "drizzle-orm";
import { personErased } from "@/lib/audit/catalogue/audit-log";
import type { Tx } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { databaseError, type ErasedInLog, eraseInLog, lockPerson } from "../erase-in-log";
import { deletePersonalRows, forgetDelaysOf } from "../personal-rows";
import { erasePersonInput, type Who } from "../schemas";
import { nameOf } from "../whom";

const mostTries = 3;

/**
 * The owner erases a person: their account and what of it remains, and the parts of events that name them. The events'
 * skeletons stay and verify. It is recorded with the number of events and never who: nothing that this command stores,
 * its attempt included, holds an address or a name, and its refusals repeat none.
 */
export const erasePerson = command({
  name: "erase-person",
  input: erasePersonInput,
  allow: inOrganization("audit:erase-person"),
  event: personErased,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async run({ tx, input, principal }) {
    const { who, confirmation } = input;
    if (principal.kind === "user" && "accountId" in who && who.accountId === principal.accountId)
      throw refuse("conflict", "You cannot erase yourself. Give the organization to somebody else first.");
    const name = await nameOf(tx, principal.orgId, who);
    if (name === null)
      throw refuse("not_found", "There is nobody of this kind any more. Reload the page and search again.");
    if (confirmation.toLowerCase() !== name.toLowerCase()) {
      const message = "This is not the address shown. Type it exactly as it stands there.";
      throw refuse("invalid", message, { fieldErrors: { confirmation: [message] } });
    }
    // The whole log is read; the usual limit of a statement is for pages.
    await tx.execute(sql`set local statement_timeout = '600s'`);
    const erased = await eraseOnce(tx, principal.orgId, who);
    return {
      value: { erasureId: erased.id, events: erased.events },
      targetId: erased.id,
      audit: { label: "Audit log", details: { events: erased.events } },
    };
  },
});

/**
 * An act of the person that is under way may hold a row that the erasure wants and want a lock that it holds. Postgres
 * then ends one of the two; if it is this one, it lets go of its locks here and begins again.
 */
async function eraseOnce(tx: Tx, orgId: number, who: Who): Promise<ErasedInLog> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tx.transaction(async (inner) => {
        const accountId = "accountId" in who ? who.accountId : null;
        if (accountId !== null) {
          await lockPerson(inner, accountId);
          await forgetDelaysOf(inner, orgId, accountId);
        }
        const erased = await eraseInLog(inner, orgId, who);
        await deletePersonalRows(inner, { accountId, addresses: erased.addresses });
        return erased;
      });
    } catch (error) {
      const code = databaseError(error)?.code;
      if (code === "40P01" && tries < mostTries) continue;
      // deadlock_detected, lock_not_available
      if (code === "40P01" || code === "55P03")
        throw refuse(
          "busy",
          "An act of this person is still under way. Nothing was erased; try again in a moment.",
        );
      throw error;
    }
  }
}
