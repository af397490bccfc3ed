import { randomUUID } from "node:crypto";
import { BrokenCase, type Measured, sample } from "../../sampling";
import { signIn } from "../people";
import type { Server } from "../server";
import type { WebBench } from "../web-run";

const pace = {
  full: { rounds: 150, budgetMs: 60_000, fewest: 30 },
  check: { rounds: 3, budgetMs: 500, fewest: 1 },
};
const guru = "billing-10";

/** The same act over HTTP on two servers in turn: one records it, on the other logging is switched off. */
export const acts = {
  name: "http-acts",
  async measure({ start, startUnrecorded, readers, check }: WebBench): Promise<Measured[]> {
    // Loaded here: it reads what the build has made.
    const { doneValue, postForm } = await import("../../../../tests/e2e/support/actions-post");
    const unrecorded = await startUnrecorded();
    const recorded = await start();
    try {
      const actOn = async (server: Server) => {
        const cookie = await signIn(server.url, readers.owner);
        let n = 0;
        return async () => {
          n += 1;
          const done = await postForm(
            server.url,
            "updateGuruAction",
            {
              guru,
              description: `What it is after act ${n} of the bench, in a line of text.`,
              attemptId: randomUUID(),
            },
            { cookie, slug: guru },
          );
          if (doneValue<{ changed: string[] }>(done).changed.length !== 1)
            throw new BrokenCase("http-acts: the act has changed nothing");
          return 1;
        };
      };
      return await sample(
        [
          {
            id: "http-act",
            title: "An audited act over HTTP, beside the same unrecorded",
            ours: await actOn(recorded),
            raw: await actOn(unrecorded),
          },
        ],
        pace[check ? "check" : "full"],
      );
    } finally {
      await recorded.stop();
      await unrecorded.stop();
    }
  },
};
