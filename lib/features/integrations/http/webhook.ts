import "server-only";
import { and, eq, inArray } from "drizzle-orm";
import type { IntegrationType } from "@/lib/access/integration-types";
import { type OpenIntegration, openIntegration } from "@/lib/access/integrations";
import { anonymousPrincipal, type RequestFacts } from "@/lib/access/principal";
import { ServiceTrouble } from "@/lib/access/services/service-trouble";
import { addressKey } from "@/lib/access/sign-in-delay";
import { webhookRejected } from "@/lib/audit/catalogue/integrations";
import { integrationLabel } from "@/lib/audit/catalogue/labels";
import { readDb, schema, type Tx } from "@/lib/db/client";
import { bodyWithin } from "@/lib/gate/body-within";
import { recordCounted } from "@/lib/gate/counted";
import { eventOf } from "@/lib/gate/facts";
import { json, type RouteContext, type RouteFamily } from "@/lib/gate/to-route";
import { inTransaction } from "@/lib/gate/transaction";
import { isUuid } from "@/lib/platform/ids";
import type { HeardQuestion } from "../incoming/heard";
import { keepMessage } from "../incoming/keep-message";
import type { WebhookFault } from "./signatures";

/** The front takes no more either; a route that is reached otherwise does not read without end. */
const mostBytes = 1024 * 1024;

export const webhookFamily: RouteFamily = {
  unexpected: (id) => json(500, { msg: `Something went wrong on our side. Number: ${id}` }),
};

/** A delivery that is whole, its signature not yet checked. */
export interface Delivery {
  header: (name: string) => string | null;
  body: Buffer;
}

/** What a delivery comes to once it is known to be the service's. */
export interface Read {
  /** Sent back as JSON; by default that it was taken. */
  answer?: unknown;
  /** What must not come a second time: the first is a replay's. */
  once: string[];
  question: HeardQuestion | null;
}

export interface WebhookService {
  type: IntegrationType;
  /** Why it is not the service's; null when it is. */
  faultOf: (delivery: Delivery, integration: OpenIntegration) => WebhookFault | null;
  /** @returns null for what is no JSON of the service's; a fault for one that is too old */
  read: (delivery: Delivery, integration: OpenIntegration) => Read | WebhookFault | null;
}

/**
 * Takes deliveries of a service in. Whoever cannot sign learns nothing, not even whether there is such an integration.
 * An answer says that the delivery is kept; the question in it is answered by a job.
 */
export function webhook(service: WebhookService) {
  return async ({ request, params, facts }: RouteContext<{ id: string }>): Promise<Response> => {
    const body = await bodyWithin(request, mostBytes);
    if (!body) return json(413, { msg: "A delivery has at most 1 MiB." });
    const delivery: Delivery = { header: (name) => request.headers.get(name), body };
    const found = await integrationOf(params.id, service.type);
    if (found === "closed")
      return json(503, { msg: "The signature cannot be checked at the moment. Send it again later." });
    if (!found) return refused();
    const fault = service.faultOf(delivery, found);
    if (fault) return rejected(found, fault, facts);
    const read = service.read(delivery, found);
    if (read === null)
      return json(400, { msg: "This is no delivery as the service's documentation describes it." });
    if (typeof read === "string") return rejected(found, read, facts);
    const isTaken = await inTransaction((tx) => take(tx, found.id, read));
    if (!isTaken) return rejected(found, "replay", facts);
    return json(200, read.answer ?? { ok: true });
  };
}

const refused = () => json(401, { msg: "The signature is missing, wrong, too old, or was used before." });

/** @returns `closed` where its credentials cannot be opened: a fault of ours, and not of the sender's */
async function integrationOf(id: string, type: IntegrationType): Promise<OpenIntegration | "closed" | null> {
  if (!isUuid(id)) return null;
  try {
    const found = await openIntegration(readDb(), id);
    return found?.type === type ? found : null;
  } catch (error) {
    if (error instanceof ServiceTrouble) return "closed";
    throw error;
  }
}

/**
 * Keeps the delivery and what it asks, in one transaction.
 * @returns false when one of its marks was there before; then none of the others is kept, as they may be of one to come
 */
async function take(tx: Tx, integrationId: string, { once, question }: Read): Promise<boolean> {
  const { webhookDelivery } = schema;
  const marks = [...new Set(once)];
  if (marks.length > 0) {
    const kept = await tx
      .insert(webhookDelivery)
      .values(marks.map((deliveryId) => ({ integrationId, deliveryId })))
      .onConflictDoNothing()
      .returning({ id: webhookDelivery.deliveryId });
    if (kept.length < marks.length) {
      const these = kept.map(({ id }) => id);
      await tx
        .delete(webhookDelivery)
        .where(
          and(eq(webhookDelivery.integrationId, integrationId), inArray(webhookDelivery.deliveryId, these)),
        );
      return false;
    }
  }
  if (question) await keepMessage(tx, integrationId, question);
  return true;
}

/** Counted per address and integration: the first of a minute is an event at once. Nothing of what was sent is kept. */
async function rejected(
  { id, guruId, type }: OpenIntegration,
  reason: WebhookFault,
  facts: RequestFacts,
): Promise<Response> {
  const { guru, integration } = schema;
  await inTransaction(async (tx) => {
    const [of] = await tx
      .select({ id: guru.id, slug: guru.slug, name: guru.name, orgId: guru.orgId })
      .from(integration)
      .innerJoin(guru, eq(guru.id, integration.guruId))
      .where(and(eq(integration.id, id), eq(guru.id, guruId)));
    if (!of) return;
    const { orgId, ...snapshot } = of;
    const fact = {
      target: { id },
      label: integrationLabel({ type }, snapshot),
      guru: snapshot,
      details: { type, reason },
    };
    const event = eventOf(webhookRejected, fact, { ...anonymousPrincipal, orgId }, facts);
    await recordCounted(tx, "webhook.rejected", addressKey(facts.ip) ?? "-", `${id} ${reason}`, event);
  });
  return refused();
}
