import * as accounts from "./accounts";
import * as analytics from "./analytics";
import * as auditLog from "./audit-log";
import * as backfillJobs from "./backfill-jobs";
import * as codeSearch from "./code-search";
import type { EventDefinition } from "./define";
import * as doors from "./doors";
import * as excelJobs from "./excel-jobs";
import * as gurus from "./gurus";
import * as integrations from "./integrations";
import * as members from "./members";
import * as organization from "./organization";

/** Every event with a producer, by export name. */
export const catalogue: Readonly<Record<string, EventDefinition>> = {
  ...accounts,
  ...organization,
  ...members,
  ...gurus,
  ...integrations,
  ...auditLog,
  ...analytics,
  ...backfillJobs,
  ...excelJobs,
  ...doors,
  ...codeSearch,
};

export const allEvents: readonly EventDefinition[] = Object.values(catalogue);

const byAction = new Map(allEvents.map((e) => [e.action, e]));

export function eventOfAction(action: string): EventDefinition | undefined {
  return byAction.get(action);
}
