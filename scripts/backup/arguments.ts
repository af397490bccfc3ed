import path from "node:path";
import { StartError } from "../serve/start-error";

/** A file named on the command line, from where the person stands: npm itself works in the product's folder. */
function resolveFile(name: string): string {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), name);
}

/** @returns null when no file is named */
export function backupArguments(args: string[]): { file: string | null } {
  const [name, ...more] = args;
  if (more.length > 0 || name?.startsWith("-") || name === "")
    throw new StartError("Say npm run backup, or npm run backup -- FILE.tar.gz to choose the file.");
  return { file: name === undefined ? null : resolveFile(name) };
}

export function restoreArguments(args: string[]): { file: string; replace: boolean } {
  const names = args.filter((arg) => arg !== "--replace");
  const [name, ...more] = names;
  if (!name || name.startsWith("-") || more.length > 0 || args.length - names.length > 1)
    throw new StartError("Say npm run restore -- FILE.tar.gz, with --replace to set a database aside.");
  return { file: resolveFile(name), replace: args.length > names.length };
}
