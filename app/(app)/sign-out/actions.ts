"use server";
import { deleteSessionCookie } from "@/app/(auth)/cookies";
import { signOut } from "@/lib/features/accounts/commands/sign-out";
import { toAction } from "@/lib/gate/to-action";

export const signOutAction = toAction(signOut, {
  input: () => ({}),
  after: deleteSessionCookie,
  goTo: () => "/sign-in",
  goToRepeated: () => "/sign-in",
});
