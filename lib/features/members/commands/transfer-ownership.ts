import "server-only";
import { and, asc, desc, eq, inArray } from "drizzle-orm";
import { emailKey } from "@/lib/access/email-key";
import { lockMembers } from "@/lib/access/members";
import type { OrgRole } from "@/lib/access/principal";
import { ownershipTransferred } from "@/lib/audit/catalogue/members";
import { schema, type Tx } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { joiningNow } from "@/lib/gate/joining";
import { mailOwnerOfRequest } from "@/lib/gate/request-mail";
import { refuse } from "@/lib/platform/errors";
import { transferOwnershipInput } from "../schemas";

/**
 * The owner makes another member the owner and is a member from then on. Both change in one transaction: nobody ever
 * sees none, or two.
 */
export const transferOwnership = command({
  name: "transfer-ownership",
  input: transferOwnershipInput,
  allow: inOrganization("organization:transfer"),
  event: ownershipTransferred,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async onRefusal({ tx }, refusal) {
    return { label: (await joiningNow(tx)).name, metadata: { message: refusal.message } };
  },
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to give the organization away.");
    await lockMembers(tx);
    const named = await accountOfEmail(tx, input.email);
    await lockBoth(tx, principal.orgId, [principal.accountId, ...(named === null ? [] : [named])]);
    const from = await memberById(tx, principal.orgId, principal.accountId);
    // The right was looked up before the lock: another transfer may have come first.
    if (from?.role !== "owner")
      throw refuse("conflict", "You are not the owner any more. Reload the page to see who is.");
    const to = named === null ? null : await memberById(tx, principal.orgId, named);
    refuseNoHeir(from, to);
    await setRole(tx, principal.orgId, from.id, "member");
    await setRole(tx, principal.orgId, to.id, "owner");
    await tellOfRequests(tx, principal.orgId);
    const { name } = await joiningNow(tx);
    return {
      value: { email: to.email },
      audit: {
        label: name,
        metadata: { message: `The owner was ${from.id} and is ${to.id} from now on.` },
        changes: [{ field: "owner", before: from.email, after: to.email }],
      },
    };
  },
});

/** Whoever waits has been told of to the owner before. */
async function tellOfRequests(tx: Tx, orgId: number): Promise<void> {
  const { joinRequest } = schema;
  const [newest] = await tx
    .select({ id: joinRequest.id })
    .from(joinRequest)
    .where(eq(joinRequest.orgId, orgId))
    .orderBy(desc(joinRequest.createdAt))
    .limit(1);
  if (newest) await mailOwnerOfRequest(tx, newest.id);
}

interface Member {
  id: string;
  email: string;
  role: OrgRole;
}

/** In the order of ids, as whoever gives roles to several people locks them: so that no two wait for each other. */
async function lockBoth(tx: Tx, orgId: number, accountIds: string[]): Promise<void> {
  const { membership } = schema;
  await tx
    .select({ id: membership.accountId })
    .from(membership)
    .where(and(eq(membership.orgId, orgId), inArray(membership.accountId, accountIds)))
    .orderBy(asc(membership.accountId))
    .for("update");
}

async function accountOfEmail(tx: Tx, email: string): Promise<string | null> {
  const { account } = schema;
  const [found] = await tx
    .select({ id: account.id })
    .from(account)
    .where(eq(account.emailKey, emailKey(email)));
  return found?.id ?? null;
}

async function memberById(tx: Tx, orgId: number, accountId: string): Promise<Member | null> {
  const { membership, account } = schema;
  const [found] = await tx
    .select({ id: account.id, email: account.email, role: membership.role })
    .from(membership)
    .innerJoin(account, eq(account.id, membership.accountId))
    .where(and(eq(membership.orgId, orgId), eq(membership.accountId, accountId)));
  return found ?? null;
}

function refuseNoHeir(from: Member, to: Member | null): asserts to is Member {
  const wrong = (code: "not_found" | "conflict" | "invalid", message: string) =>
    refuse(code, message, { fieldErrors: { email: [message] } });
  if (!to) throw wrong("not_found", "No member has this e-mail address. Check it on the Members page.");
  if (to.id === from.id) throw wrong("invalid", "You are the owner already. Choose somebody else.");
  if (to.role === "auditor")
    throw wrong(
      "conflict",
      "An auditor cannot become the owner. Make them a member first, or choose somebody else.",
    );
}

async function setRole(tx: Tx, orgId: number, accountId: string, role: "owner" | "member"): Promise<void> {
  const { membership } = schema;
  await tx
    .update(membership)
    .set({ role })
    .where(and(eq(membership.orgId, orgId), eq(membership.accountId, accountId)));
}
