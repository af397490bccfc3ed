import { test as base } from "@playwright/test";
import { makeBareBuild } from "./bare-build";
import { makeWorld, type World } from "./roles-world";

/** One product for all tests that ask for it: starting one takes longer than most of them. */
// biome-ignore lint/complexity/noBannedTypes: Playwright's way to say that there are no fixtures of a test
export const test = base.extend<{}, { world: World }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures needed from the pattern
    async ({}, use) => {
      // The full run goes through the matrix once more, with nothing before the pages and actions themselves.
      const bare = process.env.GURULOG_WITHOUT_MIDDLEWARE === "1" ? makeBareBuild() : null;
      const world = await makeWorld(bare ? { command: bare.command } : {});
      await use(world);
      await world.close();
      bare?.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});
