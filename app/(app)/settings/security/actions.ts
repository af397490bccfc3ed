"use server";
import { revokeOtherSessions } from "@/lib/features/sessions/commands/revoke-other-sessions";
import { revokeSession } from "@/lib/features/sessions/commands/revoke-session";
import { confirmFactor } from "@/lib/features/two-factor/commands/confirm-factor";
import { disableFactor } from "@/lib/features/two-factor/commands/disable-factor";
import { renewRecoveryCodes } from "@/lib/features/two-factor/commands/renew-recovery-codes";
import { startFactor } from "@/lib/features/two-factor/commands/start-factor";
import { toAction } from "@/lib/gate/to-action";

/** Both pages on which two-factor sign-in is set up. */
const pages = ["/settings/security", "/two-factor"];

export const startFactorAction = toAction(startFactor, { revalidate: pages });
export const confirmFactorAction = toAction(confirmFactor, {
  message: () => "Two-factor sign-in is on.",
  revalidate: pages,
});
export const disableFactorAction = toAction(disableFactor, {
  message: () => "Two-factor sign-in is off.",
  revalidate: pages,
});
export const renewRecoveryCodesAction = toAction(renewRecoveryCodes, {
  message: () => "New recovery codes made. The earlier ones are worthless.",
  revalidate: pages,
});
export const revokeSessionAction = toAction(revokeSession, {
  message: () => "Session ended.",
  revalidate: ["/settings/security"],
});
export const revokeOtherSessionsAction = toAction(revokeOtherSessions, {
  message: ({ sessions }) =>
    sessions === 1 ? "One other session ended." : `${sessions} other sessions ended.`,
  revalidate: ["/settings/security"],
});
