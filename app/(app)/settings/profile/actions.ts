"use server";
import { cookies } from "next/headers";
import { THEME_COOKIE } from "@/components/ui/cookie-names";
import { changeEmail } from "@/lib/features/accounts/commands/change-email";
import { updateProfile } from "@/lib/features/accounts/commands/update-profile";
import { toAction } from "@/lib/gate/to-action";

export const updateProfileAction = toAction(updateProfile, {
  // What is chosen here holds in this browser too, whatever was switched in it before.
  after: async () => {
    (await cookies()).delete(THEME_COOKIE);
  },
  revalidate: ["/"],
  message: () => "Profile saved.",
});
export const changeEmailAction = toAction(changeEmail, {
  revalidate: ["/settings/profile"],
  message: ({ email, isConfirmed }) =>
    isConfirmed
      ? "E-mail address changed. Sign in with it from now on."
      : `A link was mailed to ${email}. Open it there to confirm the address.`,
});
