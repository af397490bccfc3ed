import "server-only";
import { type IntegrationType, isBotType } from "@/lib/access/integration-types";
import { openIntegration } from "@/lib/access/integrations";
import type { SeenChannel } from "@/lib/access/services/bot-client";
import { botOf } from "@/lib/access/services/bot-of";
import { readDb } from "@/lib/db/client";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { askService } from "./check-credentials";

interface Asked {
  id: string;
  type: IntegrationType;
}

/** Channels, or repositories, that the bot can see, by name. @throws Refusal in words */
export async function channelsOf({ id, type }: Asked): Promise<SeenChannel[]> {
  if (!isBotType(type)) return [];
  const channels = await askService(type, async (limits) => {
    const integration = await openIntegration(readDb(), id);
    return integration ? botOf(type, integration, limits).channels() : [];
  });
  return channels
    .map((each) => ({ id: cleanText(each.id, 200), name: cleanText(each.name, 200) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * The channel that somebody means.
 * @param text its name, with or without `#`, or its id
 * @throws Refusal where there is none, or more than one
 */
export async function channelNamed(integration: Asked, text: string): Promise<SeenChannel> {
  const all = await channelsOf(integration);
  const plain = (name: string) => name.replace(/^#/, "").toLowerCase();
  const wanted = plain(text);
  const isMeant = ({ id, name }: SeenChannel) =>
    id.toLowerCase() === text.toLowerCase() ||
    plain(name) === wanted ||
    // Discord's channels say their server too.
    plain(name).startsWith(`${wanted} in `);
  const [first, ...others] = all.filter(isMeant);
  if (first && others.length === 0) return first;
  throw refused(
    first
      ? "Several have this name. Enter its id instead."
      : "The bot sees none of this name. Invite it there, or check the name.",
  );
}

const refused = (message: string) => refuse("invalid", message, { fieldErrors: { add: [message] } });
