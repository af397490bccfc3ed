import path from "node:path";
import { defineConfig } from "vitest/config";

const root = path.resolve(import.meta.dirname, "../..");

/** Apart from the other tests: it needs the built product and the machine for itself. */
export default defineConfig({
  root,
  resolve: { alias: { "server-only": path.join(root, "tests/support/server-only.ts"), "@": root } },
  test: {
    include: ["tests/faults/**/*.test.ts"],
    pool: "forks",
    testTimeout: 120_000,
    fileParallelism: false,
  },
});
