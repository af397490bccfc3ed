"use server";
import { requireTwoFactor } from "@/lib/features/two-factor/commands/require-two-factor";
import { toAction } from "@/lib/gate/to-action";

export const requireTwoFactorAction = toAction(requireTwoFactor, {
  message: ({ required }) =>
    required ? "Two-factor sign-in is required of everybody." : "Two-factor sign-in is no longer required.",
  revalidate: ["/settings/organization"],
});
