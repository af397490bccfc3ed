import { defineConfig } from "@playwright/test";

/** Chromium as a normal user or as root, without its own traffic. */
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--font-render-hinting=none",
];

export default defineConfig({
  testDir: "tests/e2e",
  globalSetup: "./tests/e2e/support/global-setup.ts",
  outputDir: "test-results",
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: "line",
  // The journeys are of one organization, which the first makes.
  projects: [
    { name: "people", testMatch: ["first-start.spec.ts", "two-maintainers.spec.ts"] },
    {
      name: "journeys",
      testIgnore: ["first-start.spec.ts", "two-maintainers.spec.ts"],
      dependencies: ["people"],
    },
  ],
  use: {
    launchOptions: { executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium", args },
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    locale: "en-GB",
    timezoneId: "Europe/Oslo",
  },
});
