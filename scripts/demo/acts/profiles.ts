import { anonymousPrincipal } from "@/lib/access/principal";
import { requestPasswordReset } from "@/lib/features/accounts/commands/request-password-reset";
import { updateProfile } from "@/lib/features/accounts/commands/update-profile";
import { stranger } from "../team/people";
import { present } from "./accounts";
import { callOf, done, refused, requestOf, type World } from "./world";

/** Somebody makes themselves at home. */
export async function updateProfileAct(
  world: World,
  { who, theme, timeZone }: { who: string; theme: "light" | "dark"; timeZone: string },
): Promise<void> {
  const member = await present(world, who);
  const input = { name: member.person.name, theme, timeZone };
  done(await updateProfile.execute({ ...callOf(member), input }));
}

/** A stranger asks for a link to somebody's new password. This instance sends no mail. */
export async function forgetPassword(
  world: World,
  { email, ip }: { email: string; ip: string },
): Promise<void> {
  const request = requestOf({ ip, browser: stranger.browser });
  refused(await requestPasswordReset.execute({ principal: anonymousPrincipal, request, input: { email } }));
  world.counting = true;
}
