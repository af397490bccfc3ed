import "server-only";
import type { Result } from "@/lib/platform/errors";
import type { Command } from "./command";
import { currentPrincipal, requestFacts } from "./current";

// The brand of `toAction`: to the architecture test both are the one kind of public endpoint.
const brand = Symbol.for("gurulog.action");

/**
 * Makes a server action of a command for code in the browser that calls it with a value instead of sending a form.
 * @param input the command's input from what was sent, which may be anything
 */
export function toCallAction<Sent extends { attemptId: string }, V>(
  command: Command<V>,
  input: (sent: Partial<Sent>) => unknown,
) {
  const action = async (sent: Sent): Promise<Result<V>> => {
    const given: Partial<Sent> = typeof sent === "object" && sent !== null ? sent : {};
    const { attemptId } = given;
    const result = await command.execute({
      principal: await currentPrincipal(),
      request: await requestFacts(),
      input: input(given),
      ...(typeof attemptId === "string" && attemptId !== "" ? { attemptId } : {}),
    });
    if (result.ok && "repeated" in result)
      return {
        ok: false,
        code: "conflict",
        message: "This was already done. Reload the page to see where it stands.",
      };
    return result;
  };
  return Object.assign(action, { [brand]: command.name });
}
