import { randomBytes } from "node:crypto";
import { linkToken } from "@/lib/access/link-tokens";
import { anonymousPrincipal } from "@/lib/access/principal";
import { register } from "@/lib/features/accounts/commands/register";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { approveJoinRequest } from "@/lib/features/members/commands/approve-join-request";
import { cancelInvite } from "@/lib/features/members/commands/cancel-invite";
import { invitePeople } from "@/lib/features/members/commands/invite-people";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { leaveOrganization } from "@/lib/features/members/commands/leave-organization";
import { rejectJoinRequest } from "@/lib/features/members/commands/reject-join-request";
import { removeMember } from "@/lib/features/members/commands/remove-member";
import { transferOwnership } from "@/lib/features/members/commands/transfer-ownership";
import { membersPage } from "@/lib/features/members/queries";
import { updateOrganization } from "@/lib/features/organization/commands/update-organization";
import { organizationPage } from "@/lib/features/organization/settings-queries";
import { sha256 } from "@/lib/platform/crypto";
import { consultants, founder, type Visitor } from "../team/people";
import { accountIdOf, present } from "./accounts";
import { callOf, done, type Member, memberOf, refused, requestOf, type World } from "./world";

/** What happens around two consultants who come by the door that is open at the time, and go again. */
export type VisitorStep =
  | "approval-on"
  | "first-asks"
  | "first-approved"
  | "second-asks"
  | "second-rejected"
  | "second-invited"
  | "second-accepts"
  | "first-leaves"
  | "approval-off"
  | "first-returns"
  | "both-removed"
  | "ownership";

const [first, second] = consultants;
const deputy = "m.solberg";

/** An act of a consultant: by their account, whatever session they are in. */
function callOfVisitor(world: World, visitor: Visitor, role: "member" | null) {
  const known = world.visitors.get(visitor.email);
  if (!known) throw new Error(`${visitor.name} has no account in the demo yet`);
  const { principal } = callOf(memberOf(world, founder.key));
  const person = { accountId: known.accountId, email: visitor.email, name: visitor.name, role };
  return { principal: { ...principal, ...person, sessionHash: known.session }, request: requestOf(visitor) };
}

const ownerCall = async (world: World) => callOf(await present(world, founder.key));

function pass(world: World, seconds: number): void {
  world.clock.advanceTo(world.clock.now().getTime() + seconds * 1_000);
}

async function registers(world: World, visitor: Visitor): Promise<void> {
  const password = randomBytes(12).toString("base64url");
  const { name, email } = visitor;
  const call = { principal: anonymousPrincipal, request: requestOf(visitor) };
  const { sid } = done(await register.execute({ ...call, input: { name, email, password } }));
  const accountId = await accountIdOf(email);
  world.visitors.set(email, { accountId, password, session: sha256(sid).toString("hex") });
}

async function setApproval(world: World, required: boolean): Promise<void> {
  const call = await ownerCall(world);
  const { name, settings } = done(await organizationPage.execute({ ...call, input: null }));
  const inviteLinkEnabled = settings?.inviteLink ? "on" : "";
  const input = { name, inviteLinkEnabled, memberApprovalRequired: required ? "on" : "" };
  done(await updateOrganization.execute({ ...call, input }));
}

async function requestOfVisitor(world: World, visitor: Visitor): Promise<string> {
  const input = { tab: "requests" as const, search: visitor.email };
  const { requests } = done(await membersPage.execute({ ...(await ownerCall(world)), input }));
  const id = requests[0]?.id;
  if (id === undefined) throw new Error(`${visitor.name} has not asked to join the demo's company`);
  return id;
}

/** The owner invites somebody, and does it again by mistake; another invite goes to a wrong address. */
async function invites(world: World): Promise<void> {
  const call = await ownerCall(world);
  const [id = ""] = done(await invitePeople.execute({ ...call, input: { emails: second.email } })).ids;
  world.inviteId = id;
  pass(world, 70);
  refused(await invitePeople.execute({ ...call, input: { emails: second.email } }));
  pass(world, 40);
  const mistyped = second.email.replace("@", "@mail.");
  const [wrong] = done(await invitePeople.execute({ ...call, input: { emails: mistyped } })).ids;
  pass(world, 25);
  done(await cancelInvite.execute({ ...call, input: { id: wrong } }));
}

/** Ownership goes to a colleague for a moment and comes back. */
async function handOver(world: World): Promise<void> {
  const [owner, heir] = [await present(world, founder.key), await present(world, deputy)];
  const give = async (from: Member, to: Member) => {
    done(await transferOwnership.execute({ ...callOf(from), input: { email: to.person.email } }));
    from.role = "member";
    to.role = "owner";
    pass(world, 90);
  };
  refused(await transferOwnership.execute({ ...callOf(owner), input: { email: owner.person.email } }));
  pass(world, 20);
  await give(owner, heir);
  await give(heir, owner);
}

const steps: Record<VisitorStep, (world: World) => Promise<void>> = {
  "approval-on": (world) => setApproval(world, true),
  "approval-off": (world) => setApproval(world, false),
  "first-asks": async (world) => {
    await registers(world, first);
    pass(world, 180);
    refused(await joinOrganization.execute({ ...callOfVisitor(world, first, null), input: {} }));
  },
  "first-approved": async (world) => {
    const id = await requestOfVisitor(world, first);
    const call = await ownerCall(world);
    done(await approveJoinRequest.execute({ ...call, input: { id } }));
    pass(world, 5);
    refused(await approveJoinRequest.execute({ ...call, input: { id } }));
  },
  "second-asks": (world) => registers(world, second),
  "second-rejected": async (world) => {
    const id = await requestOfVisitor(world, second);
    done(await rejectJoinRequest.execute({ ...(await ownerCall(world)), input: { id } }));
  },
  "second-invited": invites,
  "second-accepts": async (world) => {
    const input = { token: linkToken("invite", world.inviteId) };
    refused(await acceptInvite.execute({ ...callOfVisitor(world, first, "member"), input }));
    pass(world, 400);
    done(await acceptInvite.execute({ ...callOfVisitor(world, second, null), input }));
  },
  "first-leaves": async (world) => {
    const call = callOfVisitor(world, first, "member");
    done(await leaveOrganization.execute({ ...call, input: { confirmation: first.email } }));
  },
  "first-returns": async (world) => {
    const known = world.visitors.get(first.email);
    const call = { principal: anonymousPrincipal, request: requestOf(first) };
    const input = { email: first.email, password: known?.password ?? "" };
    const entered = done(await signIn.execute({ ...call, input }));
    if (!known || "step" in entered) throw new Error("a consultant of the demo is not signed in");
    known.session = sha256(entered.sid).toString("hex");
    pass(world, 30);
    done(await joinOrganization.execute({ ...callOfVisitor(world, first, null), input: {} }));
  },
  "both-removed": async (world) => {
    const call = await ownerCall(world);
    for (const { email } of consultants) {
      const accountId = world.visitors.get(email)?.accountId;
      done(await removeMember.execute({ ...call, input: { accountId } }));
      pass(world, 15);
    }
  },
  ownership: handOver,
};

export async function visitorAct(world: World, { step }: { step: VisitorStep }): Promise<void> {
  await steps[step](world);
}
