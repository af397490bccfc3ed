import "server-only";
import type { z } from "zod";
import { type AttemptResult, type Failure, Refusal } from "@/lib/platform/errors";
import { logError } from "@/lib/platform/log";
import { type Call, type Command, commands } from "./command";
import { fieldErrorsOf } from "./field-errors";
import { internalFailure } from "./record-refusal";

/** Does the act itself: in the gate, with what was prepared. */
type Proceed<V> = (call: Partial<Call> & { input: unknown }) => Promise<AttemptResult<V>>;

/**
 * A command with something before it that must not hold a transaction open: a password's hash, and the wait for earlier
 * tries. The outer input comes from outside and is parsed here; what the gate gets is made here.
 * @param act takes only prepared input, so it has no door of its own
 */
export function around<In extends z.ZodType, V>(
  act: Command<V>,
  input: In,
  prepare: (input: z.output<In>, call: Call, proceed: Proceed<V>) => Promise<AttemptResult<V>>,
): Command<V> {
  const whole: Command<V> = {
    kind: "command",
    name: act.name,
    event: act.event,
    input,
    async execute(call) {
      const parsed = await input.safeParseAsync(call.input);
      if (!parsed.success) return invalid(fieldErrorsOf(parsed.error));
      try {
        return await prepare(parsed.data, call, (prepared) => act.execute({ ...call, ...prepared }));
      } catch (error) {
        if (error instanceof Refusal)
          return { ok: false, code: error.code, message: error.message, ...error.options };
        logError(`command ${act.name}`, error, call.request.requestId ?? undefined);
        return internalFailure(call.request);
      }
    },
  };
  commands.set(act.name, whole);
  return whole;
}

/** The answer to values that cannot be used. */
export function invalid(fieldErrors: Record<string, string[]>): Failure {
  return {
    ok: false,
    code: "invalid",
    message: Object.values(fieldErrors)[0]?.[0] ?? "Please check the values.",
    fieldErrors,
  };
}
