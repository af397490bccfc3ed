"use server";
import { setFlash } from "@/app/(auth)/cookies";
import { resetPassword } from "@/lib/features/accounts/commands/reset-password";
import { toAction } from "@/lib/gate/to-action";

export const resetPasswordAction = toAction(resetPassword, {
  after: () => setFlash("Password changed. Sign in with the new one."),
  goTo: () => "/sign-in",
});
