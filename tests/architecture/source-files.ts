import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** Every TypeScript file below the given folders, as paths from the product's root. */
export function sourceFiles(folders: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (statSync(file).isDirectory()) walk(file);
      else if (/\.tsx?$/.test(name)) found.push(file);
    }
  };
  for (const folder of folders) walk(folder);
  return found.sort();
}
