"use server";
import { setFlash } from "@/app/(auth)/cookies";
import { confirmEmail } from "@/lib/features/accounts/commands/confirm-email";
import { toAction } from "@/lib/gate/to-action";

export const confirmEmailAction = toAction(confirmEmail, {
  after: () => setFlash("E-mail address changed. Sign in with it from now on."),
  goTo: () => "/settings/profile",
  goToRepeated: () => "/settings/profile",
});
