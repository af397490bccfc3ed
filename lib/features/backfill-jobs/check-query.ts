import "server-only";
import { fewAtOnce } from "@/lib/access/few-at-once";
import { guruStanding } from "@/lib/access/guru-standing";
import type { IntegrationType } from "@/lib/access/integration-types";
import { openIntegration } from "@/lib/access/integrations";
import { mayOnGuru } from "@/lib/access/permissions";
import type { Principal } from "@/lib/access/principal";
import { itemReader } from "@/lib/access/services/item-readers";
import type { ItemQuery } from "@/lib/access/services/items";
import { type ServiceProblem, ServiceTrouble } from "@/lib/access/services/service-trouble";
import { readDb } from "@/lib/db/client";
import { cleanText } from "@/lib/platform/clean-text";
import { Refusal, refuse } from "@/lib/platform/errors";
import { type AcceptedQuery, type AskedSettings, maxQuery } from "./schemas";

/** In a form, for a service that asks for patience. */
const patienceMs = 5_000;
/** In all, whatever the service does. */
const longestMs = 30_000;
/** Services that are asked for a form at the same time. */
const atOnce = 4;

/** The guru's id, where the person may manage its jobs; null where the command that follows denies it. */
export async function managedGuru(principal: Principal, ref: string): Promise<string | null> {
  if (principal.kind === "anonymous") return null;
  const found = await guruStanding(readDb(), principal, ref);
  return found && mayOnGuru(principal, "backfill-job:manage", found.standing) ? found.guru.id : null;
}

/**
 * Asks the integration's service whether it takes the query, before anything is stored and outside of any transaction.
 * @returns the query as it is kept; null when the guru has no such integration (any more)
 * @throws Refusal in the service's own words, beside the field that they are about
 */
export async function checkedQuery(
  about: { guruId: string; integrationId: string },
  asked: AskedSettings,
): Promise<AcceptedQuery | null> {
  const signal = AbortSignal.timeout(longestMs);
  try {
    const integration = await openIntegration(readDb(), about.integrationId);
    if (integration?.guruId !== about.guruId) return null;
    const wanted = wantedOf(integration.type, asked);
    const reader = itemReader(integration, { patienceMs, signal });
    const { query, label } = await fewAtOnce("backfill query", atOnce, () => reader.checkQuery(wanted));
    return { ...wanted, query: cleanText(query, maxQuery), label: cleanText(label, maxQuery) };
  } catch (error) {
    if (signal.aborted && !(error instanceof Refusal))
      throw refuse("busy", `The service took longer than ${longestMs / 1_000} s to answer. Try again later.`);
    if (!(error instanceof ServiceTrouble)) throw error;
    const ofQuery = (["query", "not_found", "forbidden"] satisfies ServiceProblem[] as string[]).includes(
      error.problem,
    );
    const code = error.isPassing ? "busy" : ofQuery ? "invalid" : "conflict";
    throw refuse(code, error.message, ofQuery ? { fieldErrors: { query: [error.message] } } : {});
  }
}

/** Of what was filled in, what counts for the type. */
function wantedOf(type: IntegrationType, { query, contentType, days }: AskedSettings): ItemQuery {
  const none = { query: cleanText(query), contentType: null, days: null };
  switch (type) {
    case "ZENDESK":
      if (contentType === undefined) throw missing("contentType", "Choose what is to be read.");
      return { ...none, contentType };
    case "SLACK":
    case "DISCORD":
      if (days === undefined) throw missing("days", "Enter how many days back the channel is to be read.");
      return { ...none, days };
    case "JIRA":
    case "CONFLUENCE":
    case "GITHUB":
      return none;
  }
}

const missing = (field: string, message: string) =>
  refuse("invalid", message, { fieldErrors: { [field]: [message] } });
