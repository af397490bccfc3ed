"use server";
import { adoptOrigin } from "@/lib/features/log-integrity/commands/adopt-origin";
import { verifyLogNow } from "@/lib/features/log-integrity/commands/verify-log";
import { toAction } from "@/lib/gate/to-action";

export const adoptOriginAction = toAction(adoptOrigin, {
  message: () => "The log as it stands was adopted. It is signed again within seconds, under a new origin.",
  revalidate: ["/settings/log-integrity"],
});

export const verifyLogAction = toAction(verifyLogNow, {
  keepValue: true,
  message: () => "The log is being verified.",
  revalidate: ["/settings/log-integrity"],
});
