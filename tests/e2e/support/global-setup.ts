import { mkdirSync, writeFileSync } from "node:fs";
import { removeDataDir, startProduct } from "./start-product";

/** One product for all journeys, on a fresh data folder. What it printed stands in test-results/product.log afterwards. */
export default async function setup(): Promise<() => Promise<void>> {
  const product = await startProduct();
  process.env.E2E_URL = product.url;
  process.env.E2E_SETUP_TOKEN = product.setupToken;
  return async () => {
    await product.stop();
    mkdirSync("test-results", { recursive: true });
    writeFileSync("test-results/product.log", product.output());
    removeDataDir(product.dataDir);
  };
}
