import "server-only";
import { noRequest, systemPrincipal } from "@/lib/access/principal";
import type { Command } from "./command";

/** A job whose command was refused or failed; the queue tries again, the message is for the server's log alone. */
class JobRefused extends Error {
  override readonly name = "JobRefused";
}

/**
 * Makes background work of a command: it acts as System, without an address, and has no attempt id, because the queue
 * may deliver a job twice and a job's command must bear that.
 * @returns a function from the command's input to its value
 * @throws JobRefused when the command answers no, so that the queue tries again
 */
export function toJob<V>(command: Command<V>): (input: unknown) => Promise<V> {
  return async (input) => {
    const result = await command.execute({ principal: systemPrincipal, request: noRequest, input });
    if (!result.ok) throw new JobRefused(`${command.name}: ${result.message}`);
    if ("repeated" in result) throw new Error(`${command.name} has no attempts as a job`);
    return result.value;
  };
}
