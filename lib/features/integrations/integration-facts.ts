import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { holdSecret, secretNameOf } from "@/lib/access/secrets";
import { integrationDetails, integrationLabel } from "@/lib/audit/catalogue/labels";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { refuse } from "@/lib/platform/errors";

export type IntegrationRow = typeof schema.integration.$inferSelect;

/** What every event about an integration says of it. */
export function integrationFact(
  row: Pick<IntegrationRow, "id" | "type" | "baseUrl" | "accountName" | "secretNames">,
  guru: GuruSnapshot,
) {
  return {
    target: { id: row.id },
    label: integrationLabel(row, guru),
    guru,
    details: integrationDetails(row),
  };
}

/** What a service said of the account, as it goes into the gate. */
export const checkedAccount = z.strictObject({
  accountName: z.string(),
  accountId: z.string().optional(),
  teamId: z.string().optional(),
  contextPath: z.string().optional(),
});

/** What the bot has to know itself by, and where its service stands. */
export function factsOf(account: z.output<typeof checkedAccount>): IntegrationRow["settings"] {
  const { accountId, teamId, contextPath } = account;
  return {
    ...(accountId === undefined ? {} : { accountId }),
    ...(teamId === undefined ? {} : { teamId }),
    ...(contextPath === undefined ? {} : { contextPath }),
  };
}

/** May the person manage the guru's integrations? Asked before a service is; the act asks again. */
export const managedGuru = query({
  allow: onGuru<string>("integration:manage", (ref) => ref),
  run: async ({ scope }) => scope.guru,
});

const gone = () => refuse("not_found", "This integration is not there any more. Reload the page.");

/** An integration of a guru that the person may manage. @throws Refusal inside, so use it within `load` or a command */
export const managedIntegration = query({
  allow: onGuru<{ guru: string; id: string }>("integration:manage", ({ guru }) => guru),
  async run({ db, input, scope }) {
    const { integration } = schema;
    const [row] = await db
      .select()
      .from(integration)
      .where(and(eq(integration.id, input.id), eq(integration.guruId, scope.guru.id)));
    if (!row) throw gone();
    return row;
  },
});

/** Locks an integration of the guru; guru, secrets, integration is the order that everything keeps. @throws Refusal */
export async function lockIntegration(tx: Tx, guruId: string, id: string): Promise<IntegrationRow> {
  const { integration } = schema;
  const [row] = await tx
    .select()
    .from(integration)
    .where(and(eq(integration.id, id), eq(integration.guruId, guruId)))
    .for("update");
  if (!row) throw gone();
  return row;
}

/** Keeps the guru, and every secret that credentials name, until the transaction ends. @throws Refusal */
export async function holdNamed(tx: Tx, guruId: string, credentials: Record<string, string>): Promise<void> {
  const held = await tx.execute(sql`select from guru where id = ${guruId} for key share`);
  if (held.length === 0) throw refuse("not_found", "This guru was just deleted.");
  for (const [field, text] of Object.entries(credentials)) {
    const name = secretNameOf(text);
    if (name === null || (await holdSecret(tx, guruId, name))) continue;
    const message = `This guru has no secret ${name}. Store it under Secrets first.`;
    throw refuse("invalid", message, { fieldErrors: { [field]: [message] } });
  }
}
