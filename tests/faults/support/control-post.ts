import { send } from "../../e2e/support/matrix-send";
import type { Answered, Request } from "./send-act";

/** Sends an act to the control server, which knows one: a key is made. */
export async function postToControl(url: string, { marker, about }: Request): Promise<Answered> {
  try {
    const answer = await send(url, "/", {
      method: "POST",
      body: JSON.stringify({ marker, name: about.name }),
    });
    return answer.status === 200 ? { outcome: "done" } : { outcome: "unknown", note: String(answer.status) };
  } catch (error) {
    return { outcome: "unknown", note: error instanceof Error ? error.message : String(error) };
  }
}
