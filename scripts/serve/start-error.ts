/** A reason not to start that the operator can mend: printed as one line, exit code 1, no stack. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** The `code` of a system or database error, or undefined: thrown values are `unknown`. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
