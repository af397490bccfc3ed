import "server-only";
import { sql } from "drizzle-orm";
import type { Tx } from "@/lib/db/client";
import { closeCountersNaming } from "@/lib/gate/counted";
import { type Refusal, refuse } from "@/lib/platform/errors";
import type { Who } from "./schemas";

export interface ErasedInLog {
  /** Id of the erasure's row. */
  id: string;
  events: number;
  addresses: string[];
}

/**
 * Waits for the acts of the person that are under way, and keeps further ones from recording anything until the end of
 * this transaction. The membership comes first, then the account's row, then the person: the order of every transaction
 * that locks more than one of them.
 */
export async function lockPerson(tx: Tx, accountId: string): Promise<void> {
  await tx.execute(sql`select from membership where account_id = ${accountId}::uuid for update`);
  await tx.execute(sql`select from account where id = ${accountId}::uuid for update`);
  await tx.execute(sql`select pg_advisory_xact_lock(audit_person_lock(${accountId}::uuid))`);
}

/**
 * Erases the person from the log (`audit_erase_person` in drizzle/always/12_erasure.sql, which says what and how).
 * First their pending counts become events, so that these are erased with the others and the sums still add up.
 * @param tx under `lockPerson`, where there is an account
 * @throws Refusal when there is no such person, they own the organization, or an event does not match the sealed log
 */
export async function eraseInLog(tx: Tx, orgId: number, who: Who): Promise<ErasedInLog> {
  const account = "accountId" in who ? who.accountId : null;
  const email = "email" in who ? who.email : null;
  const [known] = await tx.execute<{ addresses: string[] }>(
    sql`select audit_person_addresses(${orgId}, ${account}::uuid, ${email}::text) as addresses`,
  );
  await closeCountersNaming(tx, account, known?.addresses ?? []);
  try {
    const [erased] = await tx.execute<{ id: string; events: string; addresses: string[] }>(sql`
      select erasure as id, events::text, addresses from audit_erase_person(${orgId}, ${account}::uuid, ${email}::text)`);
    if (!erased) throw new Error("the erasure answered nothing");
    return { id: erased.id, events: Number(erased.events), addresses: erased.addresses };
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
}

/** The fields of a database error, however deep the driver's wrapping. */
export function databaseError(error: unknown): { code: string; detail?: string } | undefined {
  for (let e = error; e instanceof Error; e = e.cause)
    if ("code" in e && typeof e.code === "string") return e as unknown as { code: string; detail?: string };
  return undefined;
}

function refusalOf(error: unknown): Refusal | undefined {
  const known = databaseError(error);
  switch (known?.code) {
    case "GE001":
      return refuse("not_found", "There is nobody of this kind any more. Reload the page and search again.");
    case "GE002":
      return refuse("conflict", "The owner cannot be erased. Give the organization to somebody else first.");
    case "GE003": {
      const n = Number(known.detail);
      return refuse(
        "conflict",
        `${n === 1 ? "An event that names" : `${n.toLocaleString("en-US")} events that name`} this person no longer match the sealed log. Nothing was erased. Verify the log first: somebody may have changed it.`,
      );
    }
    case "GE004":
      return refuse(
        "conflict",
        "This is or was the address of an account. Search for the account and erase that.",
      );
    case "GE006":
      return refuse(
        "conflict",
        "A cleanup of the log is under way, or could not be finished. Nothing was erased; try again in a few minutes, and if it stays so, see what Log integrity says.",
      );
    default:
      return undefined;
  }
}
