import { StartError } from "../serve/start-error";

/** @throws StartError for anything but `--repair` */
export function recountArguments(args: readonly string[]): { repair: boolean } {
  if (args.length > 1 || (args[0] !== undefined && args[0] !== "--repair"))
    throw new StartError("Say npm run recount to compare, or npm run recount -- --repair to mend, too.");
  return { repair: args.length === 1 };
}
