import { removeDataDir, startProduct } from "./start-product";

/** One product for all journeys, on a fresh data folder. */
export default async function setup(): Promise<() => Promise<void>> {
  const product = await startProduct();
  process.env.E2E_URL = product.url;
  process.env.E2E_SETUP_TOKEN = product.setupToken;
  return async () => {
    await product.stop();
    removeDataDir(product.dataDir);
  };
}
