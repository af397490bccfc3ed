import { newDataDir, type Product, spawnProduct, startProduct } from "./start-product";

export interface Demo {
  product: Product;
  owner: { email: string; password: string };
  /** Runs the command again and says how that ended. */
  fillAgain(): Promise<{ code: number | null; output: string }>;
}

/**
 * A product that `npm run demo` has filled.
 * @param days of the made-up team's life: 1 to 30
 */
export async function startDemo(days: number): Promise<Demo> {
  const dataDir = newDataDir();
  const fill = async () => {
    const run = spawnProduct({
      dataDir,
      command: [process.execPath, "scripts/run.mjs", "demo", "--days", String(days)],
    });
    return { code: await run.exited, output: run.output() };
  };
  const { code, output } = await fill();
  const [, email = "", password = ""] = /The owner: (\S+) {2}password (\S+)/.exec(output) ?? [];
  if (code !== 0 || password === "") throw new Error(`the demo was not filled (exit ${code}):\n${output}`);
  return { product: await startProduct({ dataDir }), owner: { email, password }, fillAgain: fill };
}
