// `npm run build`: always builds anew.
import { buildProduct } from "./support/build-product.mjs";
import { checkNode, ensureInstalled } from "./support/install.mjs";
import { main } from "./support/main.mjs";

await main(async () => {
  checkNode();
  await ensureInstalled();
  await buildProduct();
});
