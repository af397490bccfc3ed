import "server-only";
import type { AttemptResult, Result } from "@/lib/platform/errors";

/** The result of a command at a door that gives its calls no attempt, so that none can be a repeat. */
export function once<V>(result: AttemptResult<V>): Result<V> {
  if (result.ok && "repeated" in result) throw new Error("this door has no attempts");
  return result;
}
