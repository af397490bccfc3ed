import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";

/**
 * Runs a statement of a transaction, and those after it, with a limit of so many milliseconds. The limit is sent along
 * with it and costs no round trip. Code made for the statement takes longer than such a limit is.
 */
export async function within<T>(tx: AnySql, ms: number, statement: () => Promise<T>): Promise<T> {
  const limit = tx`select set_config('statement_timeout', ${String(Math.ceil(ms))}, true), set_config('jit', 'off', true)`;
  const [, answer] = await Promise.all([limit.execute(), statement()]);
  return answer;
}

/** Whether a statement was ended by its limit (query_canceled), which is an answer. */
export function isOverdue(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "57014";
}
