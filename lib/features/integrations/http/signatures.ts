import { hmacSha256, sameSecret } from "@/lib/platform/crypto";

/** How far a signed time may lie from ours, in seconds; Slack's documentation asks for five minutes. */
const windowS = 300;

/** Why a delivery is not taken. */
export type WebhookFault = "signature" | "stale" | "replay";

/**
 * Checks Slack's signature, version v0: HMAC-SHA256 of `v0:<timestamp>:<raw body>` by the signing secret, in hex.
 * @returns null when it is right and of the last five minutes
 */
export function slackFault(
  header: (name: string) => string | null,
  body: Uint8Array,
  secret: string,
  now: Date,
): WebhookFault | null {
  const timestamp = header("x-slack-request-timestamp") ?? "";
  const given = header("x-slack-signature") ?? "";
  if (secret === "" || !/^\d{1,12}$/.test(timestamp)) return "signature";
  const signed = Buffer.concat([Buffer.from(`v0:${timestamp}:`), body]);
  if (!sameSecret(given, `v0=${hmacSha256(secret, signed).toString("hex")}`)) return "signature";
  return Math.abs(now.getTime() / 1_000 - Number(timestamp)) > windowS ? "stale" : null;
}

/**
 * Checks GitHub's signature: HMAC-SHA256 of the raw body by the webhook's secret, in `X-Hub-Signature-256`. It says
 * nothing of the time.
 */
export function githubFault(
  header: (name: string) => string | null,
  body: Uint8Array,
  secret: string,
): WebhookFault | null {
  const given = header("x-hub-signature-256") ?? "";
  if (secret === "") return "signature";
  return sameSecret(given, `sha256=${hmacSha256(secret, body).toString("hex")}`) ? null : "signature";
}
