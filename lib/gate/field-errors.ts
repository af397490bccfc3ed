import type { z } from "zod";

/**
 * The messages of a failed parse by field name (dots for nesting; `form` for the whole), for display beside the field.
 */
export function fieldErrorsOf(error: z.ZodError): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const issue of error.issues) {
    const field = issue.path.map(String).join(".") || "form";
    const texts = found[field] ?? [];
    found[field] = texts;
    texts.push(
      issue.code === "unrecognized_keys" ? `Unknown field: ${issue.keys.join(", ")}` : issue.message,
    );
  }
  return found;
}
