import "server-only";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { integrationTypes } from "@/lib/access/integration-types";
import { sealCredentials } from "@/lib/access/integrations";
import { integrationUpdated } from "@/lib/audit/catalogue/integrations";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { checkCredentials } from "../check-credentials";
import {
  checkedAccount,
  factsOf,
  holdNamed,
  integrationFact,
  lockIntegration,
  managedIntegration,
} from "../integration-facts";
import { replaceCredentialsInput } from "../schemas";

/** What the log shows of credentials. */
const redacted = "[redacted]";

const checked = z.strictObject({
  guru: z.string(),
  id: z.string(),
  type: z.enum(integrationTypes),
  baseUrl: z.string(),
  credentials: z.record(z.string(), z.string()),
  account: checkedAccount,
});

const keepCredentials = command({
  name: "replace-credentials",
  input: checked,
  allow: onGuru<{ guru: string }>("integration:manage", ({ guru }) => guru),
  event: integrationUpdated,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope }) {
    const { type, baseUrl, credentials, account } = input;
    const { accountName } = account;
    await holdNamed(tx, scope.guru.id, credentials);
    const before = await lockIntegration(tx, scope.guru.id, input.id);
    const [after] = await tx
      .update(schema.integration)
      .set({
        baseUrl,
        accountName,
        ...sealCredentials(scope.guru.id, type, credentials),
        settings: factsOf(account),
        trouble: null,
        updatedAt: sql`gurulog_now()`,
      })
      .where(eq(schema.integration.id, before.id))
      .returning();
    if (!after) throw new Error("a locked integration was not changed");
    const fields = [
      { field: "base_url", before: before.baseUrl, after: baseUrl },
      { field: "account", before: before.accountName, after: accountName },
    ].filter((each) => each.before !== each.after);
    const changes = [{ field: "credentials", before: redacted, after: redacted }, ...fields];
    return {
      value: { id: after.id, type, accountName },
      audit: { ...integrationFact(after, scope.guru), changes },
    };
  },
});

/** A maintainer gives an integration other credentials, or another address; the service is asked first. */
export const replaceCredentials = around(
  keepCredentials,
  replaceCredentialsInput,
  async (input, call, proceed) => {
    const found = await managedIntegration.execute({ ...call, input: { guru: input.guru, id: input.id } });
    if (!found.ok) return found;
    if (found.value.type !== input.type)
      throw refuse("invalid", "This integration is of another service. Reload the page.");
    const taken = await checkCredentials(call, found.value.guruId, input);
    if (!taken.ok) return taken;
    return proceed({ input: { ...input, account: taken.value } });
  },
);
