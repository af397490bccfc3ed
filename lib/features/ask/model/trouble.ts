import { APIConnectionTimeoutError, APIError } from "openai";

export type TroubleKind =
  | "refused_key"
  | "busy"
  | "unknown_model"
  | "refused_question"
  | "own_error"
  | "redirect"
  | "unreachable"
  | "slow"
  | "cut"
  | "no_answer"
  | "too_much"
  | "spent"
  | "withheld";

/** Why a model gave no whole answer. Holds nothing of what its server said: that may repeat the key or the question. */
export class ModelTrouble extends Error {
  override readonly name = "ModelTrouble";
  constructor(
    readonly kind: TroubleKind,
    readonly status: number | null = null,
    /** Seconds after which the server wants to be asked again. */
    readonly retryAfterS: number | null = null,
  ) {
    super(status === null ? kind : `${kind} (${status})`);
  }
}

/**
 * What an error of the client library means.
 * @param error whatever was thrown while the model was asked
 * @param hadText some of the answer has come
 */
export function troubleOf(error: unknown, hadText: boolean): ModelTrouble {
  for (let e = error; e instanceof Error; e = e.cause) if (e instanceof ModelTrouble) return e;
  // The latter is what silence in the middle of an answer comes to.
  const isTimeout = error instanceof Error && /Timeout/.test(error.name);
  if (error instanceof APIConnectionTimeoutError || isTimeout) return new ModelTrouble("slow");
  if (error instanceof SyntaxError) return new ModelTrouble("no_answer");
  const status = error instanceof APIError ? error.status : undefined;
  if (typeof status === "number") return ofStatus(status, error as APIError);
  // An error inside the stream: the server said so itself, in words that we do not repeat.
  if (error instanceof APIError && error.error !== undefined) return new ModelTrouble("own_error");
  return new ModelTrouble(hadText ? "cut" : "unreachable");
}

function ofStatus(status: number, error: APIError): ModelTrouble {
  if (status === 401 || status === 403) return new ModelTrouble("refused_key", status);
  if (status === 404) return new ModelTrouble("unknown_model", status);
  if (status === 429) return new ModelTrouble("busy", status, secondsOf(error.headers?.get("retry-after")));
  if (status >= 500) return new ModelTrouble("own_error", status);
  if (status < 400) return new ModelTrouble("redirect", status);
  return new ModelTrouble("refused_question", status);
}

const longestWaitS = 86_400;
/** IMF-fixdate (RFC 9110, 5.6.7): JavaScript alone takes much for a date that is none. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Retry-After (RFC 9110, 10.2.3): whole seconds, or a date. @returns null for anything else */
export function secondsOf(value: string | null | undefined, now = Date.now()): number | null {
  const text = value?.trim() ?? "";
  const at = httpDate.test(text) ? Date.parse(text) : Number.NaN;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Math.ceil((at - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), longestWaitS) : null;
}

const operator = "Whoever runs Gurulog has to look at";

/** What the person reads; the passages stand below it. */
export function troubleInWords({ kind, status, retryAfterS }: ModelTrouble): string {
  switch (kind) {
    case "refused_key":
      return `The language model does not accept Gurulog's key. ${operator} LLM_API_KEY.`;
    case "busy":
      return retryAfterS === null || retryAfterS === 0
        ? "The language model has too much to do. Ask again in a while."
        : `The language model has too much to do. Ask again in ${duration(retryAfterS)}.`;
    case "unknown_model":
      return `The language model's server does not know the model or the address. ${operator} LLM_MODEL and LLM_BASE_URL.`;
    case "refused_question":
      return `The language model's server did not take the question (${status}). ${operator} LLM_MODEL.`;
    case "redirect":
      return `The language model's server sends on to another address, which Gurulog does not follow. ${operator} LLM_BASE_URL.`;
    case "own_error":
      return "The language model's server has a fault of its own. Ask again in a while.";
    case "unreachable":
      return `The language model cannot be reached. Ask again in a while. ${operator} LLM_BASE_URL if it stays so.`;
    case "slow":
      return "The language model took too long. Ask again, or ask for less at once.";
    case "cut":
      return "The connection to the language model broke, so the answer is not whole. Ask again.";
    case "no_answer":
      return `The language model's server sent something that is no answer. ${operator} LLM_BASE_URL.`;
    case "too_much":
      return "The language model sent more than Gurulog takes, so the answer is not whole. Ask for less at once.";
    case "spent":
      return `The language model came to its limit before it wrote an answer. Ask for less at once. ${operator} LLM_MODEL if it stays so.`;
    case "withheld":
      return "The language model's server held the answer back. Put the question in other words.";
  }
}

function duration(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
