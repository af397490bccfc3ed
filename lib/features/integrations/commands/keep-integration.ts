import "server-only";
import { z } from "zod";
import { integrationKinds } from "@/lib/access/integration-fields";
import { integrationTypes } from "@/lib/access/integration-types";
import { sealCredentials } from "@/lib/access/integrations";
import { accountOf } from "@/lib/access/principal";
import { integrationCreated } from "@/lib/audit/catalogue/integrations";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { checkedAccount, factsOf, holdNamed, integrationFact } from "../integration-facts";

const checked = z.strictObject({
  guru: z.string(),
  type: z.enum(integrationTypes),
  baseUrl: z.string(),
  credentials: z.record(z.string(), z.string()),
  account: checkedAccount,
});

/** Keeps an integration whose credentials the service has taken; `createIntegration` asks it. */
export const keepIntegration = command({
  name: "create-integration",
  input: checked,
  allow: onGuru<{ guru: string }>("integration:manage", ({ guru }) => guru),
  event: integrationCreated,
  target: ({ input }) => ({ id: input.type }),
  async run({ tx, input, principal, scope }) {
    const { type, baseUrl, credentials, account } = input;
    const guruId = scope.guru.id;
    await holdNamed(tx, guruId, credentials);
    const { accountName } = account;
    const [made] = await tx
      .insert(schema.integration)
      .values({
        guruId,
        type,
        baseUrl,
        accountName,
        ...sealCredentials(guruId, type, credentials),
        settings: factsOf(account),
        createdBy: accountOf(principal),
      })
      .onConflictDoNothing()
      .returning();
    if (!made) {
      const { title } = integrationKinds[type];
      throw refuse(
        "exists",
        `This guru is tied to ${title} already. Change that integration, or delete it first.`,
      );
    }
    return {
      value: { id: made.id, type, accountName },
      targetId: made.id,
      audit: integrationFact(made, scope.guru),
    };
  },
});
