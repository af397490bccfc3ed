// `node scripts/bench.mjs NAME`: bundles bench/NAME.ts and runs it. A bench makes what it needs in a folder of its own.
import { existsSync } from "node:fs";
import path from "node:path";
import { ensureBuilt } from "./support/build-product.mjs";
import { bundleFiles } from "./support/bundle.mjs";
import { bundleVerifier } from "./support/bundle-verifier.mjs";
import { runChild, StepError } from "./support/child.mjs";
import { main } from "./support/main.mjs";
import { root } from "./support/paths.mjs";

await main(async () => {
  const name = process.argv[2] ?? "";
  const source = path.join(root, "bench", `bench-${name}.ts`);
  if (!/^[a-z-]+$/.test(name) || !existsSync(source))
    throw new StepError(`There is no bench "${name}". Look into bench/.`);
  // These measure the built product.
  if (["log", "sign-in", "sources"].includes(name)) await ensureBuilt();
  // Its export brings the verifier along.
  if (name === "verify") await bundleVerifier();
  // Its processes are started from there.
  const apart = name === "code" ? ["index-code", "search-code"] : [];
  const entries = apart.map((entry) => path.join(root, "scripts", "entries", `${entry}.ts`));
  await bundleFiles([source]);
  if (entries.length > 0) await bundleFiles(entries);
  const file = path.join(root, "build", `bench-${name}.mjs`);
  const args = ["--enable-source-maps", file, ...process.argv.slice(3)];
  const { code } = await runChild("", process.execPath, args, {
    show: true,
    env: { NODE_ENV: "production" },
  });
  if (code !== 0) throw new StepError(`The bench failed (exit code ${code}).`);
});
