// `npm start`. Uses nothing but Node until the packages are installed.
import { ensureBuilt } from "./support/build-product.mjs";
import { checkNode, ensureInstalled } from "./support/install.mjs";
import { loadEnvironmentFile, main } from "./support/main.mjs";

await main(async () => {
  checkNode();
  await ensureInstalled();
  await ensureBuilt();
  loadEnvironmentFile();
  process.env.NODE_ENV = "production"; // decides which React and Next are loaded
  process.setSourceMapsEnabled(true);
  await import("../build/serve.mjs");
});
