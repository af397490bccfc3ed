import { deleteIntegration } from "@/lib/features/integrations/commands/delete-integration";
import { editIntegration } from "@/lib/features/integrations/commands/edit-integration";
import { keepIntegration } from "@/lib/features/integrations/commands/keep-integration";
import { postSlackWebhook } from "@/lib/features/integrations/http/slack";
import { guruIntegrations } from "@/lib/features/integrations/queries";
import { randomToken } from "@/lib/platform/crypto";
import { present } from "./accounts";
import { liveGuru } from "./gurus";
import { callOf, done, type World } from "./world";

export type IntegrationStep = "slack-tied" | "discord-tied" | "slack-opened" | "knocked" | "discord-untied";

/** Names that lead nowhere: nothing of a demo goes out. */
const services = {
  SLACK: {
    type: "SLACK",
    baseUrl: "https://slack.example/api",
    account: { accountName: "halden-bot in Halden Works", accountId: "U0HALDEN", teamId: "T0HALDEN" },
    secrets: ["botToken", "signingSecret"],
  },
  DISCORD: {
    type: "DISCORD",
    baseUrl: "https://discord.example/api/v10",
    account: { accountName: "halden-bot", accountId: "1100000000000000001" },
    secrets: ["botToken"],
  },
} as const;

/** Whoever made the guru ties it to where the team talks; somebody tries to speak for Slack, and cannot sign. */
export async function integrationAct(
  world: World,
  { slug, step }: { slug: string; step: IntegrationStep },
): Promise<void> {
  const guru = liveGuru(world, slug);
  const call = callOf(await present(world, guru.spec.maker));
  if (step === "slack-tied" || step === "discord-tied") {
    const { secrets, ...service } = services[step === "slack-tied" ? "SLACK" : "DISCORD"];
    const credentials = Object.fromEntries(secrets.map((name) => [name, randomToken()]));
    done(await keepIntegration.execute({ ...call, input: { guru: slug, ...service, credentials } }));
    return;
  }
  const { integrations } = done(await guruIntegrations.execute({ ...call, input: slug }));
  const idOf = (type: string) => integrations.find((each) => each.type === type)?.id ?? "";
  if (step === "slack-opened") {
    const input = { guru: slug, id: idOf("SLACK"), directMessages: "on" };
    done(await editIntegration.execute({ ...call, input }));
  } else if (step === "discord-untied") {
    done(await deleteIntegration.execute({ ...call, input: { guru: slug, id: idOf("DISCORD") } }));
  } else await knock(world, idOf("SLACK"));
}

/** Somebody has found the address of the webhook and sends what is not signed. */
async function knock(world: World, id: string): Promise<void> {
  const body = JSON.stringify({ type: "event_callback", event: { type: "message", text: "hello?" } });
  const facts = { ip: "203.0.113.77", userAgent: "python-requests/2.31", requestId: null };
  for (let times = 0; times < 3; times++) {
    const request = new Request("http://localhost/api/webhooks/slack", { method: "POST", body });
    const answer = await postSlackWebhook({ request, params: { id }, facts });
    if (answer.status !== 401) throw new Error(`an unsigned delivery was answered ${answer.status}`);
  }
  world.counting = true;
}
