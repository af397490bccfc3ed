import "server-only";
import { eq } from "drizzle-orm";
import { integrationKinds } from "@/lib/access/integration-fields";
import { integrationDeleted } from "@/lib/audit/catalogue/integrations";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { deletedBackfillJobs } from "@/lib/gate/deleted-backfill-jobs";
import { holdNamed, integrationFact, lockIntegration } from "../integration-facts";
import { integrationInput } from "../schemas";

/**
 * A maintainer unties the guru from a service. Its backfill jobs go too, one event each; what they brought in stays, as
 * sources of the guru, and so do the answers that the bot gave.
 */
export const deleteIntegration = command({
  name: "delete-integration",
  input: integrationInput,
  allow: onGuru<{ guru: string }>("integration:manage", ({ guru }) => guru),
  event: integrationDeleted,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope: { guru } }) {
    await holdNamed(tx, guru.id, {});
    const row = await lockIntegration(tx, guru.id, input.id);
    const jobs = await deletedBackfillJobs(tx, guru, row.id);
    await tx.delete(schema.integration).where(eq(schema.integration.id, row.id));
    return {
      value: { title: integrationKinds[row.type].title, jobs: jobs.length },
      audit: [integrationFact(row, guru), ...jobs],
    };
  },
});
