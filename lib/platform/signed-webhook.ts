import "server-only";
import { Webhook } from "standardwebhooks";

export interface SignedMessage {
  url: string;
  /** `whsec_` and the key in base64. */
  secret: string;
  /** The same at each try of one message, so that the receiver can tell a repeat. */
  id: string;
  body: unknown;
}

const patienceMs = 10_000;

/**
 * Posts a message, signed as Standard Webhooks 1.0 says: headers `webhook-id`, `webhook-timestamp` (seconds) and
 * `webhook-signature` (`v1,` and HMAC-SHA256 of `id.timestamp.body`). Redirects are not followed: the address is the
 * owner's setting, and no one else's to change.
 * @throws when it cannot be reached, answers anything but 2xx, or takes longer than 10 s
 */
export async function postSigned({ url, secret, id, body }: SignedMessage): Promise<void> {
  const text = JSON.stringify(body);
  const now = new Date();
  const response = await fetch(url, {
    method: "POST",
    redirect: "manual",
    signal: AbortSignal.timeout(patienceMs),
    headers: {
      "content-type": "application/json",
      "user-agent": "Gurulog",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, now, text),
    },
    body: text,
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the receiver answered ${response.status}`);
}
