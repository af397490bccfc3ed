import "server-only";
import { and, count, desc, eq, sql } from "drizzle-orm";
import { integrationKinds } from "@/lib/access/integration-fields";
import { type IntegrationType, integrationTypes } from "@/lib/access/integration-types";
import { type Credentials, openCredentials } from "@/lib/access/integrations";
import { secretNameOf } from "@/lib/access/secret-name";
import { type ReadDb, schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { runtime } from "@/lib/platform/runtime";

/** Characters of a credential that are shown. */
const shownCharacters = 4;

/** A credential as people see it: the name of a secret whole, of anything else its first characters. */
function masked(text: string): string {
  return secretNameOf(text) === null ? `${text.slice(0, shownCharacters)}••••` : text;
}

/** The integrations of a guru, without a credential: what of the six services is there, and how it stands. */
export const guruIntegrations = query({
  allow: onGuru<string>("integration:manage", (ref) => ref),
  async run({ db, scope }) {
    const { integration } = schema;
    const rows = await db
      .select({
        id: integration.id,
        type: integration.type,
        accountName: integration.accountName,
        channels: integration.channels,
        directMessages: integration.directMessages,
        trouble: integration.trouble,
        createdAt: integration.createdAt,
      })
      .from(integration)
      .where(eq(integration.guruId, scope.guru.id));
    return { guru: scope.guru, integrations: rows };
  },
});

/** One service of a guru: its integration with masked credentials, or null where there is none yet. */
export const guruIntegration = query({
  allow: onGuru<{ guru: string; type: string }>("integration:manage", ({ guru }) => guru),
  async run({ db, input, scope }) {
    const type = integrationTypes.find((each) => each === input.type.toUpperCase());
    if (!type || input.type !== input.type.toLowerCase()) return null;
    const { integration, account, backfillJob } = schema;
    const [row] = await db
      .select({ row: integration, createdBy: account.email })
      .from(integration)
      .leftJoin(account, eq(account.id, integration.createdBy))
      .where(and(eq(integration.guruId, scope.guru.id), eq(integration.type, type)));
    if (!row) return { guru: scope.guru, kind: integrationKinds[type], integration: null };
    const { id, baseUrl, accountName, channels, directMessages, trouble, createdAt } = row.row;
    const [jobs] = await db.select({ n: count() }).from(backfillJob).where(eq(backfillJob.integrationId, id));
    return {
      guru: scope.guru,
      kind: integrationKinds[type],
      integration: {
        id,
        baseUrl,
        accountName,
        channels,
        directMessages,
        trouble,
        createdAt,
        createdBy: row.createdBy,
        backfillJobs: jobs?.n ?? 0,
        webhookUrl: webhookUrl(type, id),
        credentials: shownCredentials(row.row),
        answers: await answersOf(db, id),
      },
    };
  },
});

/** Where the service sends what happens there; null for those that are asked instead. */
function webhookUrl(type: IntegrationType, id: string): string | null {
  if (type !== "SLACK" && type !== "GITHUB") return null;
  return `${runtime().baseUrl}/api/webhooks/${type.toLowerCase()}/${id}`;
}

/** Label and what is shown of each field; null where the key that they lie under is gone, or they were damaged. */
function shownCredentials(row: {
  guruId: string;
  type: IntegrationType;
  credentials: Buffer;
}): { label: string; shown: string }[] | null {
  const fields = integrationKinds[row.type].fields;
  try {
    const open: Credentials = openCredentials(row.guruId, row.type, row.credentials);
    return fields
      .filter(({ name }) => open[name] !== undefined)
      .map(({ name, label, isSecret }) => ({
        label,
        shown: isSecret ? masked(open[name] ?? "") : (open[name] ?? ""),
      }));
  } catch {
    return null;
  }
}

/** How the bot's answers went in the last days: posted, waiting, failed, and why the last one failed. */
async function answersOf(db: ReadDb, integrationId: string) {
  const { botMessage } = schema;
  const ofIt = eq(botMessage.integrationId, integrationId);
  const [counts] = await db
    .select({
      posted: sql<number>`(count(*) filter (where ${botMessage.state} = 'posted'))::int`,
      failed: sql<number>`(count(*) filter (where ${botMessage.state} = 'failed'))::int`,
      waiting: sql<number>`(count(*) filter (where ${botMessage.finishedAt} is null))::int`,
    })
    .from(botMessage)
    .where(ofIt);
  const [last] = await db
    .select({ error: botMessage.error, at: botMessage.finishedAt })
    .from(botMessage)
    .where(and(ofIt, eq(botMessage.state, "failed")))
    .orderBy(desc(botMessage.finishedAt))
    .limit(1);
  return { ...(counts ?? { posted: 0, failed: 0, waiting: 0 }), lastFailure: last ?? null };
}
