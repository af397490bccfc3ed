import "server-only";
import type { z } from "zod";
import { bodyWithin } from "./body-within";
import { fieldErrorsOf } from "./field-errors";
import { sourcebotError } from "./to-route";

type Body<T> = { ok: true; body: T } | { ok: false; answer: Response };

const mostBytes = 64 * 1024;

const wrong = (message: string): { ok: false; answer: Response } => ({
  ok: false,
  answer: sourcebotError(400, "INVALID_REQUEST_BODY", message),
});

/** The JSON of a request of this family; the answer to one that is too large, or none. */
export async function jsonBody(request: Request): Promise<Body<unknown>> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(?:[a-z0-9.+-]+\+)?json(?:\s*;|\s*$)/i.test(type))
    return wrong("Send JSON with the header Content-Type: application/json.");
  const sent = await bodyWithin(request, mostBytes);
  if (sent === null) {
    const message = "The body is larger than 64 kB. Send a shorter one.";
    return { ok: false, answer: sourcebotError(413, "REQUEST_TOO_LARGE", message) };
  }
  try {
    return { ok: true, body: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(sent)) };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return wrong("The body is no JSON in UTF-8. Send a JSON object.");
  }
}

/** The body of a request of this family; the answer to one that is not of this shape says what of it is not. */
export async function bodyOf<S extends z.ZodType>(request: Request, shape: S): Promise<Body<z.output<S>>> {
  const sent = await jsonBody(request);
  if (!sent.ok) return sent;
  if (typeof sent.body !== "object" || sent.body === null || Array.isArray(sent.body))
    return wrong("Send a JSON object as the body.");
  const parsed = await shape.safeParseAsync(sent.body);
  if (parsed.success) return { ok: true, body: parsed.data };
  const [[field, [message] = []] = ["form"]] = Object.entries(fieldErrorsOf(parsed.error));
  return wrong(field === "form" ? (message ?? "Please check the body.") : `${field}: ${message}`);
}

/**
 * The answer to a method that an address of this family does not take.
 * @param allow those that it does, as in the header
 */
export const sourcebotOnly = (allow: string): Response =>
  sourcebotError(405, "METHOD_NOT_ALLOWED", `This address takes ${allow} alone.`, { allow });
