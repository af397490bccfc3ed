import "server-only";
import { z } from "zod";
import { integrationUpdated } from "@/lib/audit/catalogue/integrations";
import { onGuru } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { channelsOf } from "../find-channels";
import { managedIntegration } from "../integration-facts";
import { integrationInput } from "../schemas";

const shown = integrationInput.extend({
  channels: z.array(z.strictObject({ id: z.string(), name: z.string() })),
});

/** Nothing of the guru changes, so nothing is recorded: what is chosen of the channels is, when it is saved. */
const showChannels = command({
  name: "list-channels",
  input: shown,
  allow: onGuru<{ guru: string }>("integration:manage", ({ guru }) => guru),
  event: integrationUpdated,
  target: ({ input }) => ({ id: input.id }),
  run: async ({ input }) => ({ value: { channels: input.channels }, audit: null }),
});

/** A maintainer has the channels shown that the bot can see; the service is asked. */
export const listChannels = around(showChannels, integrationInput, async (input, call, proceed) => {
  const row = await managedIntegration.execute({ ...call, input });
  if (!row.ok) return row;
  return proceed({ input: { ...input, channels: await channelsOf(row.value) } });
});
