import type { WidgetSettings } from "./settings";

/** What is shown before anybody asks. */
export interface GuruShown {
  name: string;
  iconUrl: string | null;
  color: string | null;
  questions: string[];
}

export interface Reference {
  title: string;
  link: string | null;
}

/** A refusal, in words for the visitor. */
export class Refused extends Error {}

const offline = "The answer could not be fetched. Look at your connection and ask again.";

async function call(
  { baseUrl, widgetId }: WidgetSettings,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${baseUrl}/widget/${path}/`, {
      ...init,
      headers: { authorization: widgetId, ...(init.body ? { "content-type": "application/json" } : {}) },
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Refused(offline);
  }
  if (response.ok) return response;
  if (response.status === 401) throw new Refused("This site may not ask here.");
  const { msg } = ((await response.json().catch(() => null)) ?? {}) as { msg?: unknown };
  throw new Refused(typeof msg === "string" ? msg : `Something went wrong (${response.status}). Ask again.`);
}

/** @throws Refused */
export async function loadGuru(settings: WidgetSettings): Promise<GuruShown> {
  const response = await call(settings, "guru");
  const sent = (await response.json()) as Record<string, unknown>;
  const colors = Object(sent.colors) as Record<string, unknown>;
  const questions = Array.isArray(sent.example_questions) ? sent.example_questions : [];
  return {
    name: String(sent.name ?? ""),
    iconUrl: typeof sent.icon_url === "string" ? sent.icon_url : null,
    color: typeof colors.base_color === "string" ? colors.base_color : null,
    questions: questions.filter((one): one is string => typeof one === "string").slice(0, 3),
  };
}

/**
 * Asks, and gives the answer's text as it comes.
 * @throws Refused, or the signal's own error
 */
export async function* ask(
  settings: WidgetSettings,
  question: string,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const response = await call(settings, "ask", {
    method: "POST",
    body: JSON.stringify({ question }),
    signal,
  });
  const reader = response.body?.getReader();
  if (!reader) throw new Refused(offline);
  const decoder = new TextDecoder();
  for (;;) {
    let step: ReadableStreamReadResult<Uint8Array>;
    try {
      step = await reader.read();
    } catch (error) {
      if (signal.aborted) throw error;
      throw new Refused("The connection broke, so the answer is not whole. Ask again.");
    }
    if (step.done) return;
    yield decoder.decode(step.value, { stream: true });
  }
}

/** Where the answer to this question is from. @throws Refused */
export async function referencesOf(
  settings: WidgetSettings,
  question: string,
  signal: AbortSignal,
): Promise<Reference[]> {
  const body = JSON.stringify({ question, fetch_existing: true });
  const response = await call(settings, "ask", { method: "POST", body, signal });
  const { references } = (await response.json()) as { references?: unknown };
  if (!Array.isArray(references)) return [];
  return references.map((one) => {
    const { question: title, link } = Object(one) as { question?: unknown; link?: unknown };
    return { title: String(title ?? ""), link: typeof link === "string" ? link : null };
  });
}
