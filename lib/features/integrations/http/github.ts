import "server-only";
import {
  type GithubDelivery,
  githubDelivery,
  githubMessageOf,
  isNews,
  writtenAt,
} from "../incoming/github-event";
import { heard } from "../incoming/heard";
import { jsonOf } from "./json-of";
import { githubFault } from "./signatures";
import { webhook } from "./webhook";

/** GitHub signs no time. A comment that is older is not taken, and marks of deliveries are kept for longer than this. */
const oldestMs = 24 * 3_600_000;

/** `POST /api/webhooks/github/<id>`: the webhook of a GitHub App. */
export const postGithubWebhook = webhook({
  type: "GITHUB",
  faultOf: ({ header, body }, { credentials }) => githubFault(header, body, credentials.webhookSecret ?? ""),
  read({ header, body }, { settings, channels, directMessages, credentials }) {
    const id = header("x-github-delivery") ?? "";
    const signature = header("x-hub-signature-256") ?? "";
    if (!/^[\w-]{1,100}$/.test(id)) return null;
    // The id is not signed: the signature is what a replay cannot change.
    const once = [`id ${id}`, `signature ${signature}`];
    const delivery = deliveryOf(header("x-github-event"), jsonOf(body));
    if (delivery === null) return null;
    if (delivery === "other") return { once, question: null };
    // An issue may be closed, or edited, at any age: nothing is read of that, and it is no replay.
    if (!isNews(delivery)) return { once, question: null };
    if (Math.abs(Date.now() - writtenAt(delivery)) > oldestMs) return "stale";
    if (String(delivery.payload.installation?.id) !== credentials.installationId)
      return { once, question: null };
    const message = githubMessageOf(delivery, settings.teamId);
    return { once, question: message && heard(message, { channels, directMessages }) };
  },
});

/** @returns `other` for an event that is none of the bot's; null for what is no JSON, or not as documented */
function deliveryOf(event: string | null, payload: unknown): GithubDelivery | "other" | null {
  if (typeof payload !== "object" || payload === null) return null;
  if (event === "issues") {
    const parsed = githubDelivery.issues.safeParse(payload);
    return parsed.success ? { event, payload: parsed.data } : null;
  }
  if (event === "issue_comment") {
    const parsed = githubDelivery.issue_comment.safeParse(payload);
    return parsed.success ? { event, payload: parsed.data } : null;
  }
  return event === null ? null : "other";
}
