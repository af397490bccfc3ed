import "server-only";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { type ReadDb, schema } from "@/lib/db/client";
import { openSecret, sealingKeyId, sealSecret } from "@/lib/platform/secret-box";
import type { IntegrationChannel, IntegrationType, ServiceFacts } from "./integration-types";
import { keyGoneInWords, openValue, readSealed, secretNameOf } from "./secrets";
import { ServiceTrouble } from "./services/service-trouble";

/**
 * The fields of the form that a service is called with, by name (`integration-fields.ts` has them a type): of JIRA,
 * CONFLUENCE and ZENDESK `email` and `apiToken`, of SLACK `botToken` and `signingSecret`, of DISCORD `botToken`, of
 * GITHUB `appId`, `installationId`, `privateKey` and `webhookSecret`.
 */
export type Credentials = Readonly<Record<string, string>>;

/** An integration with its credentials open, for background work and checks. Never to be shown, logged or stored. */
export interface OpenIntegration {
  id: string;
  guruId: string;
  type: IntegrationType;
  /** Without a slash at its end. */
  baseUrl: string;
  accountName: string;
  /** With each `{NAME}` put in place. */
  credentials: Credentials;
  /** What was put in place: secret in whichever field it stands. */
  namedSecrets: readonly string[];
  settings: ServiceFacts;
  channels: readonly IntegrationChannel[];
  directMessages: boolean;
}

/** What sealed credentials belong to: moved to another guru or type, they do not open. */
export const integrationContext = (guruId: string, type: IntegrationType) => `integration ${guruId} ${type}`;

const sealedShape = z.record(z.string(), z.string());

/** Credentials as the table keeps them: with `{NAME}` where a secret of the guru is meant, and not its value. */
export function sealCredentials(guruId: string, type: IntegrationType, credentials: Credentials) {
  const sealed = sealSecret(JSON.stringify(credentials), integrationContext(guruId, type));
  const names = Object.values(credentials).flatMap((value) => secretNameOf(value) ?? []);
  return { credentials: sealed, keyId: sealingKeyId(sealed), secretNames: [...new Set(names)].sort() };
}

/** @throws KeyGone when their key has left the ring; another error when they were sealed for another guru or type */
export function openCredentials(guruId: string, type: IntegrationType, sealed: Uint8Array): Credentials {
  const text = openSecret(sealed, integrationContext(guruId, type)).toString("utf8");
  return sealedShape.parse(JSON.parse(text));
}

/**
 * Puts the values of the guru's secrets where credentials name them.
 * @returns the credentials, and the values that were put in place: those of a field that is open otherwise are secret too
 * @throws ServiceTrouble `credentials` when a secret is gone, or cannot be opened any more
 */
export async function withSecretValues(
  db: Pick<ReadDb, "select">,
  guruId: string,
  credentials: Credentials,
): Promise<Pick<OpenIntegration, "credentials" | "namedSecrets">> {
  const entries: [string, string][] = [];
  const namedSecrets: string[] = [];
  for (const [field, text] of Object.entries(credentials)) {
    const name = secretNameOf(text);
    const value = name === null ? text : await namedValue(db, guruId, name);
    if (name !== null) namedSecrets.push(value);
    entries.push([field, value]);
  }
  return { credentials: Object.fromEntries(entries), namedSecrets };
}

async function namedValue(db: Pick<ReadDb, "select">, guruId: string, name: string): Promise<string> {
  const [found] = await readSealed(db, guruId, name);
  if (!found) throw new ServiceTrouble("credentials", `This guru has no secret ${name} any more.`);
  try {
    return openValue(guruId, name, found.sealed);
  } catch (error) {
    const words = keyGoneInWords(error, name);
    throw words === null ? error : new ServiceTrouble("credentials", words);
  }
}

/**
 * An integration with its credentials open.
 * @returns null when there is none (any more)
 * @throws ServiceTrouble `credentials` when they cannot be opened, with what to do in words
 */
export async function openIntegration(
  db: Pick<ReadDb, "select">,
  id: string,
): Promise<OpenIntegration | null> {
  const { integration } = schema;
  const [row] = await db.select().from(integration).where(eq(integration.id, id));
  if (!row) return null;
  return {
    id: row.id,
    guruId: row.guruId,
    type: row.type,
    baseUrl: row.baseUrl,
    accountName: row.accountName,
    ...(await withSecretValues(db, row.guruId, opened(row))),
    settings: row.settings,
    channels: row.channels,
    directMessages: row.directMessages,
  };
}

function opened(row: { guruId: string; type: IntegrationType; credentials: Buffer }): Credentials {
  try {
    return openCredentials(row.guruId, row.type, row.credentials);
  } catch {
    throw new ServiceTrouble(
      "credentials",
      "These credentials cannot be opened: the key that they were encrypted with is not here any more. Enter them again, or have whoever runs Gurulog put the key back behind the others.",
    );
  }
}
