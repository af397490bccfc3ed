import { NotChecked } from "@/lib/audit/proof/verify/not-checked";

export const usage = `Verifies the audit log.

  npm run verify                       the log in the database, whether Gurulog runs or not
  npm run verify -- <file>             a verifiable export (zip), a proof file, a plain export with its manifest beside
                                       it; or a checkpoint or anchor file, against the database
  --key <verifier key>                 the log's key as you noted it; may be given more than once
  --checkpoint <file>                  a checkpoint that the log must continue; may be given more than once
  --json                               the result as JSON

Exit code: 0 verified, 1 does not verify, 2 could not be checked.
`;

export interface Arguments {
  file: string | null;
  keys: string[];
  checkpoints: string[];
  json: boolean;
  help: boolean;
}

/** @throws NotChecked for an argument that it does not know */
export function readArguments(args: readonly string[]): Arguments {
  const read: Arguments = { file: null, keys: [], checkpoints: [], json: false, help: false };
  const valueAfter = (i: number): string => {
    const value = args[i + 1];
    if (value === undefined) throw new NotChecked(`${args[i]} takes a value.`);
    return value;
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--json") read.json = true;
    else if (arg === "--help" || arg === "-h") read.help = true;
    else if (arg === "--key") read.keys.push(valueAfter(i++));
    else if (arg === "--checkpoint") read.checkpoints.push(valueAfter(i++));
    else if (arg.startsWith("-"))
      throw new NotChecked(`There is no argument ${arg}. See npm run verify -- --help`);
    else if (read.file === null) read.file = arg;
    else throw new NotChecked("Give one file at a time.");
  }
  return read;
}
