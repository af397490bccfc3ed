import { test as base } from "@playwright/test";
import { makeWorld, type World } from "./roles-world";

/** One product for all tests that ask for it: starting one takes longer than most of them. */
// biome-ignore lint/complexity/noBannedTypes: Playwright's way to say that there are no fixtures of a test
export const test = base.extend<{}, { world: World }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures needed from the pattern
    async ({}, use) => {
      const world = await makeWorld();
      await use(world);
      await world.close();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});
