import { forbidden, notFound } from "next/navigation";
import type { ReactElement } from "react";
import { AuditPage } from "@/components/audit/audit-page";
import type { AuditPageProps } from "@/components/audit/types";
import { EmptyState } from "@/components/ui/empty-state";
import { OpenWhenShown } from "@/components/when-shown/open-when-shown";
import { type AuditFilter, parseFilter } from "@/lib/audit/query/filter";
import { recordAuditViewed } from "@/lib/features/audit-log/commands/view-audit-logs";
import { runningExport } from "@/lib/features/audit-log/export-queries";
import {
  auditLogStands,
  globalAuditPage,
  guruAuditPage,
  type PageInput,
} from "@/lib/features/audit-log/queries";
import { savedViews } from "@/lib/features/audit-log/saved-views";
import { isUnread, requestFacts } from "@/lib/gate/current";
import type { Result } from "@/lib/platform/errors";
import { load, requireUser } from "./load";
import { cancelExportAction, startExportAction } from "./settings/audit-logs/export-actions";
import { deleteViewAction, saveViewAction } from "./settings/audit-logs/view-actions";
import { timeZoneOf } from "./time-zone";

export type SearchParams = Record<string, string | string[] | undefined>;
type Scope = { kind: "global" } | { kind: "guru"; slug: string };

function asParams(search: SearchParams): URLSearchParams {
  const entries = Object.entries(search).flatMap(([name, value]) =>
    [value ?? []]
      .flat()
      .filter((v) => v !== "")
      .map((v) => [name, v]),
  );
  return new URLSearchParams(entries);
}

/**
 * The audit page of either scope, begun before the frame around it is: neither waits for the other.
 * @returns what stands in the frame; a failure shows there
 */
export function beginAuditView(shown: { scope: Scope; search: SearchParams }): Promise<ReactElement> {
  const view = auditView(shown);
  // Where the frame leads away first, nobody asks for it any more.
  view.catch(() => {});
  return view;
}

/** What was read is recorded before a row of it is shown. */
async function auditView({ scope, search }: { scope: Scope; search: SearchParams }) {
  const params = asParams(search);
  const parsed = parseFilter(params);
  const unread = await isUnread();
  if (unread || !parsed.ok) await assertReadable(scope, !unread);
  if (!parsed.ok) {
    return (
      <EmptyState title="This address has a filter that cannot be used">
        {parsed.message}{" "}
        <a className="link" href="?">
          Show the whole log
        </a>
      </EmptyState>
    );
  }
  if (unread) return <OpenWhenShown />;
  await recordView(scope, parsed.filter);
  const input: PageInput = {
    filter: parsed.filter,
    older: params.get("older"),
    newer: params.get("newer"),
    at: params.get("at"),
    event: params.get("event"),
  };
  const user = await requireUser();
  const [found, timeZone, running, views] = await Promise.all([
    dataOf(scope, input),
    timeZoneOf(user),
    load(runningExport, null),
    load(savedViews, { scope }),
  ]);
  return (
    <AuditPage
      {...found}
      timeZone={timeZone}
      now={new Date().toISOString()}
      exportAction={startExportAction}
      cancelExportAction={cancelExportAction}
      views={{ list: views, asked: params.get("view") }}
      saveViewAction={saveViewAction}
      deleteViewAction={deleteViewAction}
      exportState={running ? { ...running, status: running } : null}
    />
  );
}

/** An answer without rows says no more than one with them: who may not read the log gets the same status. */
async function assertReadable(scope: Scope, isRecorded: boolean): Promise<void> {
  const call = { principal: await requireUser(), request: await requestFacts(), input: { scope } };
  leaveUnlessOk(await auditLogStands.execute({ ...call, isRecorded }), scope);
}

async function recordView(scope: Scope, filter: AuditFilter): Promise<void> {
  leaveUnlessOk(await recordAuditViewed(await requireUser(), await requestFacts(), scope, filter), scope);
}

function leaveUnlessOk(result: Result<null>, scope: Scope): void {
  if (result.ok) return;
  // A viewer sees the guru anyway; that there is a global log does not show to those who may not read it.
  if (result.code === "forbidden" && scope.kind === "guru") forbidden();
  if (result.code === "forbidden" || result.code === "not_found") notFound();
  throw new Error(result.message);
}

type Around = "timeZone" | "now" | "exportState" | "views" | Extract<keyof AuditPageProps, `${string}Action`>;
type Found = Omit<AuditPageProps, Around>;

async function dataOf(scope: Scope, input: PageInput): Promise<Found> {
  if (scope.kind === "global") return { scope, ...(await load(globalAuditPage, input)) };
  const { guru, ...data } = await load(guruAuditPage, { ...input, slug: scope.slug });
  return { scope: { kind: "guru", slug: guru.slug, name: guru.name }, ...data };
}
