import "server-only";
import { fewAtOnce } from "@/lib/access/few-at-once";
import { integrationKinds } from "@/lib/access/integration-fields";
import { type IntegrationType, isBotType } from "@/lib/access/integration-types";
import { type Credentials, withSecretValues } from "@/lib/access/integrations";
import { secretNameOf } from "@/lib/access/secret-name";
import { botOf } from "@/lib/access/services/bot-of";
import { confluenceClient } from "@/lib/access/services/confluence";
import { jiraClient } from "@/lib/access/services/jira";
import type { CallLimits, ServiceAccess, ServiceAccount } from "@/lib/access/services/service-call";
import { ServiceTrouble } from "@/lib/access/services/service-trouble";
import { zendeskClient } from "@/lib/access/services/zendesk";
import { readDb } from "@/lib/db/client";
import type { Call } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { type AttemptResult, type Refusal, refuse } from "@/lib/platform/errors";
import { useSecrets } from "./commands/use-secrets";

/** While a person waits for a form: in all, and for what a service wants waited. */
const longestMs = 20_000;
const patienceMs = 3_000;
/** Services that are asked for forms at the same time. */
const atOnce = 4;
/** What the service's own deliveries are checked with, here: asking it sends none of these. */
const notSent: ReadonlySet<string> = new Set(["signingSecret", "webhookSecret"]);

/**
 * Asks a service, while a person waits, and outside of any transaction.
 * @throws Refusal in words, where the service does not answer as it should
 */
export async function askService<T>(
  type: IntegrationType,
  ask: (limits: CallLimits) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(longestMs);
  try {
    return await fewAtOnce("service check", atOnce, () => {
      // The turn may have come too late.
      signal.throwIfAborted();
      return ask({ patienceMs, signal });
    });
  } catch (error) {
    if (error instanceof ServiceTrouble) throw refusalOf(error);
    if (!signal.aborted) throw error;
    const { title } = integrationKinds[type];
    throw refuse("busy", `${title} took longer than ${longestMs / 1_000} s to answer. Try again later.`);
  }
}

function refusalOf(trouble: ServiceTrouble): Refusal {
  return refuse(trouble.isPassing ? "busy" : "invalid", trouble.message);
}

interface Typed {
  type: IntegrationType;
  baseUrl: string;
  credentials: Credentials;
}

/**
 * Has a service check credentials before they are stored. Secrets that go to it are recorded as read first.
 * @param call of the person, who is asking
 * @param typed with `{NAME}` where a secret of the guru is meant
 * @returns the account; a failure where the reading cannot be recorded: then nothing was sent
 * @throws Refusal in words
 */
export async function checkCredentials(
  { principal, request }: Call,
  guruId: string,
  { type, baseUrl, credentials }: Typed,
): Promise<AttemptResult<ServiceAccount>> {
  const sent = Object.entries(credentials).filter(([field]) => !notSent.has(field));
  const names = [...new Set(sent.flatMap(([, text]) => secretNameOf(text) ?? []))];
  return askService(type, async (limits): Promise<AttemptResult<ServiceAccount>> => {
    if (names.length > 0) {
      // Each asking is a reading of its own; the form's attempt belongs to the act that follows.
      const input = { guru: guruId, names, type, host: new URL(baseUrl).host };
      const recorded = await useSecrets.execute({ principal, request, input });
      if (!recorded.ok) return recorded;
      const missing = names.find((name) => !("repeated" in recorded) && !recorded.value.includes(name));
      if (missing !== undefined) throw refuse("invalid", `This guru has no secret ${missing} any more.`);
    }
    const access = { baseUrl, ...(await withSecretValues(readDb(), guruId, credentials)) };
    const { accountName, accountId, teamId, contextPath } = await clientOf(type, access, limits).check();
    const value = {
      accountName: cleanText(accountName, 200),
      ...(accountId === undefined ? {} : { accountId: cleanText(accountId, 200) }),
      ...(teamId === undefined ? {} : { teamId: cleanText(teamId, 200) }),
      ...(contextPath === undefined ? {} : { contextPath }),
    };
    return { ok: true, value };
  });
}

function clientOf(type: IntegrationType, access: ServiceAccess, limits: CallLimits) {
  if (isBotType(type)) return botOf(type, access, limits);
  const content = { JIRA: jiraClient, CONFLUENCE: confluenceClient, ZENDESK: zendeskClient };
  return content[type]({ ...access, ...limits });
}
