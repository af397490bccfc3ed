import type { UserPrincipal } from "@/lib/access/principal";
import { createIntegration } from "@/lib/features/integrations/commands/create-integration";
import { editIntegration } from "@/lib/features/integrations/commands/edit-integration";
import { testRequest as request } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";

/** Opens the range that stand-ins listen in, as whoever runs a product of their own does. */
export const standInEnv = { GURULOG_ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" };

/** Ties a guru to a stand-in, as a maintainer does by the form. @returns the integration's id */
export async function tie(
  by: UserPrincipal,
  guru: string,
  type: string,
  fields: Record<string, string>,
): Promise<string> {
  const input = { guru, type, ...fields };
  return done(await createIntegration.execute({ principal: by, request, input })).id;
}

/** Says where the bot answers: a channel by its name, and its mode. */
export async function listenIn(
  by: UserPrincipal,
  guru: string,
  id: string,
  settings: { add?: string; addMode?: "auto" | "manual"; directMessages?: "on" },
): Promise<void> {
  done(await editIntegration.execute({ principal: by, request, input: { guru, id, ...settings } }));
}
