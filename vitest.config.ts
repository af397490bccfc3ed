import path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: {
      "server-only": path.resolve("tests/support/server-only.ts"),
      "@": path.resolve("."),
    },
  },
  test: {
    include: [
      "lib/**/*.test.ts",
      "scripts/**/*.test.ts",
      "tests/{architecture,integration}/**/*.test.ts",
      "components/**/*.test.ts",
      "app/**/*.test.ts",
    ],
    globalSetup: ["tests/support/global-setup.ts"],
    testTimeout: process.env.GURULOG_TEST_FULL ? 600_000 : 30_000,
    hookTimeout: 60_000,
    // Its own second is too short for a machine that has other work.
    expect: { poll: { timeout: 15_000 } },
    maxWorkers: 2,
    pool: "forks",
    // It names Next's modules without their endings, which only a bundler finds.
    server: { deps: { inline: ["next-auth"] } },
  },
});
