import "server-only";
import { heard } from "../incoming/heard";
import { slackDelivery, slackMessageOf } from "../incoming/slack-event";
import { jsonOf } from "./json-of";
import { slackFault } from "./signatures";
import { webhook } from "./webhook";

/** `POST /api/webhooks/slack/<id>`: Slack's Events API. */
export const postSlackWebhook = webhook({
  type: "SLACK",
  faultOf: ({ header, body }, { credentials }) =>
    slackFault(header, body, credentials.signingSecret ?? "", new Date()),
  read({ header, body }, { settings, channels, directMessages }) {
    const parsed = slackDelivery.safeParse(jsonOf(body));
    if (!parsed.success) return null;
    const delivery = parsed.data;
    // Asked once, when the address is entered, and perhaps again: it changes nothing.
    if (delivery.type === "url_verification")
      return { answer: { challenge: delivery.challenge }, once: [], question: null };
    // What Slack itself sends again it signs anew; its message is known by then.
    const once = [`signature ${header("x-slack-signature") ?? ""}`];
    if (delivery.type === "app_rate_limited" || delivery.event === null) return { once, question: null };
    if (delivery.team_id !== settings.teamId) return { once, question: null };
    const message = slackMessageOf(delivery.event, settings.accountId);
    return { once, question: message && heard(message, { channels, directMessages }) };
  },
});
