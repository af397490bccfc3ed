import "server-only";
import { runtime } from "@/lib/platform/runtime";

/** The model that writes answers. */
export interface ModelSettings {
  /** Address of an OpenAI-compatible API, without a slash at its end. */
  baseUrl: string;
  model: string;
  apiKey: string | undefined;
}

/** @returns null when none is set up: answers are the passages then */
export function languageModel(): ModelSettings | null {
  const { env, demoClock } = runtime();
  // A demo that is being filled asks hundreds of questions in a minute, and nobody reads the answers.
  if (demoClock) return null;
  const { LLM_BASE_URL: baseUrl, LLM_MODEL: model, LLM_API_KEY: apiKey } = env;
  return baseUrl && model ? { baseUrl, model, apiKey } : null;
}
