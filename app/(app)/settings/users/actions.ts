"use server";
import { setFlash } from "@/app/(auth)/cookies";
import { resetFactor } from "@/lib/features/two-factor/commands/reset-factor";
import { assignGuruRoles } from "@/lib/features/users/commands/assign-guru-roles";
import { createUser } from "@/lib/features/users/commands/create-user";
import { deleteUser } from "@/lib/features/users/commands/delete-user";
import { grantAuditor } from "@/lib/features/users/commands/grant-auditor";
import { resetUserPassword } from "@/lib/features/users/commands/reset-user-password";
import { revokeAuditor } from "@/lib/features/users/commands/revoke-auditor";
import { revokeGuruRoles } from "@/lib/features/users/commands/revoke-guru-roles";
import { toAction } from "@/lib/gate/to-action";

const revalidate = ["/settings/users"];
const counted = (n: number) => (n === 1 ? "1 role" : `${n} roles`);

export const createUserAction = toAction(createUser, {
  message: (user) => `User ${user.email} created.`,
  revalidate,
});
export const resetUserPasswordAction = toAction(resetUserPassword, {
  message: (user) => `${user.email} has a new password.`,
  revalidate,
});
export const resetFactorAction = toAction(resetFactor, {
  message: (user) => `${user.email} signs in without a second factor now.`,
  revalidate,
});
export const deleteUserAction = toAction(deleteUser, {
  // The page of the account may be the one that they stand on.
  after: (user) => setFlash(`User ${user.email} deleted.`),
  goTo: () => "/settings/users",
  goToRepeated: () => "/settings/users",
  revalidate,
});
export const grantAuditorAction = toAction(grantAuditor, {
  message: (user) => `${user.email} is an auditor now.`,
  revalidate,
});
export const revokeAuditorAction = toAction(revokeAuditor, {
  message: (user) => `${user.email} is no auditor any more.`,
  revalidate,
});
export const assignGuruRolesAction = toAction(assignGuruRoles, {
  message: ({ changed, role }) => `${counted(changed)} given: ${role}.`,
  revalidate,
});
export const revokeGuruRolesAction = toAction(revokeGuruRoles, {
  message: ({ changed }) => `${counted(changed)} revoked.`,
  revalidate,
});
