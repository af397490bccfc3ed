import { BrokenCase, type Measured, measuredOf } from "../../sampling";
import { ask } from "../client";
import { signIn } from "../people";
import type { WebBench } from "../web-run";

const starts = { full: 3, check: 1 };
const rowMarker = "data-event-id=";

/** From `npm start` of the built product, with its database down, to the first audit page in somebody's browser. */
export const coldStart = {
  name: "cold-start",
  async measure({ start, readers, check }: WebBench): Promise<Measured[]> {
    const warm = await start();
    const cookie = await signIn(warm.url, readers.owner);
    await warm.stop();
    const took: number[] = [];
    while (took.length < starts[check ? "check" : "full"]) {
      const begun = performance.now();
      const server = await start();
      try {
        const page = await ask(server.url, "/settings/audit-logs", {
          headers: { cookie },
          marker: rowMarker,
        });
        took.push(performance.now() - begun);
        if (page.status !== 200 || page.markers === 0)
          throw new BrokenCase(`cold-start: the page answered ${page.status} with ${page.markers} rows`);
      } finally {
        await server.stop();
      }
    }
    return [measuredOf({ id: "cold-start", title: "Cold start to the first page" }, { ours: took })];
  },
};
