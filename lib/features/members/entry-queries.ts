import "server-only";
import { and, eq } from "drizzle-orm";
import { wasRemoved } from "@/lib/access/members";
import { accountOf, theOrganization } from "@/lib/access/principal";
import { schema } from "@/lib/db/client";
import { anyone, anySignedIn } from "@/lib/gate/allow";
import { inviteOf, isInviteLink, joiningNow } from "@/lib/gate/joining";
import { query } from "@/lib/gate/query";

/** What an invite's link shows to whoever opens it. Opening uses nothing up. */
export const inviteFacts = query({
  allow: anyone as (context: { input: string }) => Promise<null>,
  async run({ db, input }) {
    const invite = await inviteOf(db, input);
    return { organization: (await joiningNow(db)).name, invite };
  },
});

/** Whether the organization's invite link opens anything. */
export const inviteLinkFacts = query({
  allow: anyone as (context: { input: string }) => Promise<null>,
  async run({ db, input }) {
    const joining = await joiningNow(db);
    return { organization: joining.name, stands: isInviteLink(joining, input) };
  },
});

/** How somebody without a membership stands: do they wait, and must they? */
export const ownStanding = query({
  allow: anySignedIn,
  async run({ db, principal }) {
    const { joinRequest } = schema;
    const accountId = accountOf(principal);
    const { name, approvalRequired } = await joiningNow(db);
    const removed = accountId !== null && (await wasRemoved(db, accountId));
    const [request] =
      accountId === null
        ? []
        : await db
            .select({ since: joinRequest.createdAt })
            .from(joinRequest)
            .where(and(eq(joinRequest.accountId, accountId), eq(joinRequest.orgId, theOrganization)));
    return {
      organization: name,
      /** They ask, and the owner answers; no door lets them in. */
      mustAsk: approvalRequired || removed,
      wasRemoved: removed,
      waitingSince: request?.since ?? null,
    };
  },
});
