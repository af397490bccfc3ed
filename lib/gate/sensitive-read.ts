import "server-only";
import type { z } from "zod";
import { type Command, type CommandSpec, command } from "./command";

/**
 * A read that is an event: the value leaves only after its record is committed. The same composition as a command; the
 * name says that nothing changes.
 */
export function sensitiveRead<In extends z.ZodType, S, V>(spec: CommandSpec<In, S, V>): Command<V> {
  return command(spec);
}
