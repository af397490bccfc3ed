import { addViewer } from "@/lib/features/team/commands/add-viewer";
import { removeViewer } from "@/lib/features/team/commands/remove-viewer";
import { assignGuruRoles } from "@/lib/features/users/commands/assign-guru-roles";
import { createUser } from "@/lib/features/users/commands/create-user";
import { deleteUser } from "@/lib/features/users/commands/delete-user";
import { grantAuditor } from "@/lib/features/users/commands/grant-auditor";
import { resetUserPassword } from "@/lib/features/users/commands/reset-user-password";
import { revokeAuditor } from "@/lib/features/users/commands/revoke-auditor";
import { revokeGuruRoles } from "@/lib/features/users/commands/revoke-guru-roles";
import { guruTeams, userAssignments } from "@/lib/features/users/role-queries";
import { founder, guest } from "../team/people";
import { present } from "./accounts";
import { callOf, done, memberOf, type World } from "./world";

/** What happens to the guest: an auditor from outside, whose account the owner makes and in the end deletes. */
export type GuestStep =
  | "created"
  | "password-reset"
  | "viewer-of-first"
  | "no-viewer-of-first"
  | "reads-all-gurus"
  | "leaves-last-guru"
  | "auditor"
  | "auditor-no-more"
  | "deleted";

type Call = ReturnType<typeof callOf>;
type Step = (call: Call, guestId: string) => Promise<unknown>;

const steps: Record<Exclude<GuestStep, "created" | "viewer-of-first" | "no-viewer-of-first">, Step> = {
  "password-reset": async (call, accountId) =>
    done(await resetUserPassword.execute({ ...call, input: { accountId } })),
  "reads-all-gurus": async (call, accountId) => {
    const gurus = done(await guruTeams.execute({ ...call, input: {} })).rows.map(({ id }) => id);
    done(await assignGuruRoles.execute({ ...call, input: { gurus, accounts: [accountId], role: "viewer" } }));
  },
  "leaves-last-guru": async (call, accountId) => {
    const found = done(await userAssignments.execute({ ...call, input: { account: accountId } }));
    const held = (found?.assigned.rows ?? []).map(({ id }) => id);
    const input = { gurus: held.slice(-1), accounts: [accountId] };
    done(await revokeGuruRoles.execute({ ...call, input }));
  },
  auditor: async (call, accountId) => done(await grantAuditor.execute({ ...call, input: { accountId } })),
  "auditor-no-more": async (call, accountId) =>
    done(await revokeAuditor.execute({ ...call, input: { accountId } })),
  deleted: async (call, accountId) => done(await deleteUser.execute({ ...call, input: { accountId } })),
};

/** The next step of the guest's story. */
export async function guestAct(world: World, { step }: { step: GuestStep }): Promise<void> {
  const { name, email } = guest;
  if (step === "created") {
    const call = callOf(await present(world, founder.key));
    world.guestId = done(await createUser.execute({ ...call, input: { name, email } })).id;
    return;
  }
  const { guestId } = world;
  if (guestId === null) throw new Error("the demo's guest has no account yet");
  if (step === "viewer-of-first" || step === "no-viewer-of-first") {
    await teamStep(world, step, guestId);
    return;
  }
  await steps[step](callOf(await present(world, founder.key)), guestId);
  if (step === "deleted") world.guestId = null;
}

/** By whoever made the guru, on its Team page. */
async function teamStep(world: World, step: GuestStep, accountId: string): Promise<void> {
  const [first] = world.gurus.values();
  if (!first) throw new Error("the demo has no guru yet");
  const { slug, maker } = first.spec;
  const call = callOf(await present(world, memberOf(world, maker).person.key));
  if (step === "viewer-of-first")
    done(await addViewer.execute({ ...call, input: { guru: slug, email: guest.email } }));
  else done(await removeViewer.execute({ ...call, input: { guru: slug, accountId } }));
}
