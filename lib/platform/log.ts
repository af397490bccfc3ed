/**
 * What may be written about an error: its name, message and frames. A failed query's message carries its text and
 * parameters (a password's hash, an e-mail), so of those only the database's own message is kept.
 */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  const isQuery = "params" in error;
  const head = isQuery ? `${error.name}: the query failed` : `${error.name}: ${error.message}`;
  const cause = error.cause === undefined ? [] : [`caused by ${describeError(error.cause)}`];
  return [head, ...frames, ...cause].join("\n");
}

/** Lines on standard error, for the person who runs the product. Never a secret, never a request's body. */
export function logError(context: string, error: unknown, requestId?: string): void {
  const request = requestId ? ` request=${requestId}` : "";
  process.stderr.write(`${new Date().toISOString()} error ${context}${request}: ${describeError(error)}\n`);
}

export function logLine(text: string): void {
  process.stdout.write(`${text}\n`);
}
