import "server-only";
import OpenAI from "openai";
import { modelFetch } from "./model-fetch";
import type { Message } from "./prompt";
import type { ModelSettings } from "./settings";
import { ModelTrouble } from "./trouble";

/** Until the server answers at all, in milliseconds. */
const patienceMs = 45_000;

/** Why the model stopped: it was done, or came to its limit. */
export type ModelEnd = "done" | "limit";

/**
 * What a model writes, piece by piece, as it comes (chat completions with `stream: true`). Asked once: whoever waits may
 * ask again themselves.
 * @param signal ends it; the iteration then ends or throws, whichever the client library does
 * @returns why the model stopped
 * @throws ModelTrouble, or an error of the library that `troubleOf` reads
 */
export async function* modelText(
  settings: ModelSettings,
  messages: readonly Message[],
  signal: AbortSignal,
): AsyncGenerator<string, ModelEnd> {
  const client = new OpenAI({
    baseURL: settings.baseUrl,
    // The library wants one; what is sent is `modelFetch`'s affair. Its own variables and its log stay out of this.
    apiKey: "set by modelFetch",
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: patienceMs,
    logLevel: "off",
    fetch: modelFetch(settings.apiKey),
  });
  const stream = await client.chat.completions.create(
    { model: settings.model, messages: [...messages], stream: true },
    { signal },
  );
  let finish: string | null = null;
  let chunks = 0;
  for await (const chunk of stream) {
    const piece = pieceOf(chunk);
    if (!piece) continue;
    chunks += 1;
    finish = piece.finish ?? finish;
    if (piece.text !== "") yield piece.text;
  }
  if (signal.aborted) throw new ModelTrouble("cut");
  if (chunks === 0) throw new ModelTrouble("no_answer");
  // A stream that just ends was cut: a server that is done says so.
  if (finish === null) throw new ModelTrouble("cut");
  if (finish === "content_filter") throw new ModelTrouble("withheld");
  return finish === "length" ? "limit" : "done";
}

/** The text of a chunk. It comes from outside, whatever the library's types say. @returns null for one without a choice */
function pieceOf(chunk: unknown): { text: string; finish: string | null } | null {
  const { choices } = Object(chunk) as { choices?: unknown };
  if (!Array.isArray(choices) || choices.length === 0) return null;
  const choice = Object(choices[0]) as { delta?: unknown; finish_reason?: unknown };
  const { content } = Object(choice.delta) as { content?: unknown };
  return {
    text: typeof content === "string" ? content : "",
    finish: typeof choice.finish_reason === "string" ? choice.finish_reason : null,
  };
}
