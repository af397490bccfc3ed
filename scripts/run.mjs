// `node scripts/run.mjs NAME [arguments]`: runs scripts/entries/NAME.ts, installed and built as by `npm start`.
import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuilt } from "./support/build-product.mjs";
import { StepError } from "./support/child.mjs";
import { checkNode, ensureInstalled } from "./support/install.mjs";
import { loadEnvironmentFile, main } from "./support/main.mjs";
import { root } from "./support/paths.mjs";

await main(async () => {
  const name = process.argv[2] ?? "";
  if (!/^[a-z-]+$/.test(name) || !existsSync(path.join(root, "scripts", "entries", `${name}.ts`))) {
    throw new StepError(`There is no command "${name}". Use one of the scripts in package.json.`);
  }
  checkNode();
  await ensureInstalled();
  await ensureBuilt();
  loadEnvironmentFile();
  process.env.NODE_ENV = "production";
  process.setSourceMapsEnabled(true);
  process.argv.splice(2, 1); // the entry sees its own arguments only
  await import(pathToFileURL(path.join(root, "build", `${name}.mjs`)).href);
});
