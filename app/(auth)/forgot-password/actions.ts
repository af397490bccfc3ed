"use server";
import { requestPasswordReset } from "@/lib/features/accounts/commands/request-password-reset";
import { toAction } from "@/lib/gate/to-action";

export const requestPasswordResetAction = toAction(requestPasswordReset, {
  goTo: () => "/forgot-password?asked",
});
