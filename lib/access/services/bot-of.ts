import "server-only";
import type { BotType } from "../integration-types";
import type { BotClient } from "./bot-client";
import { discordClient } from "./discord";
import { githubClient } from "./github";
import type { CallLimits, ServiceAccess } from "./service-call";
import { slackClient } from "./slack";

const bots: Record<BotType, (access: ServiceAccess, limits?: CallLimits) => BotClient> = {
  SLACK: slackClient,
  DISCORD: discordClient,
  GITHUB: githubClient,
};

/** The bot of an integration. */
export function botOf(type: BotType, access: ServiceAccess, limits?: CallLimits): BotClient {
  return bots[type](access, limits);
}
