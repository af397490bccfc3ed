import "server-only";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { GuruFacts } from "@/lib/access/guru-standing";
import type { UserPrincipal } from "@/lib/access/principal";
import { auditExported } from "@/lib/audit/catalogue/audit-log";
import { exportFileName } from "@/lib/audit/export/file-name";
import { exportFormat } from "@/lib/audit/export/formats/registry";
import { isAlive } from "@/lib/audit/export/progress";
import { countForExport } from "@/lib/audit/export/rows";
import { schema, type Tx } from "@/lib/db/client";
import { type Allow, inOrganization, onGuru } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { refuse } from "@/lib/platform/errors";
import { closeAbandonedOf } from "../export-end";
import { exportFact } from "../export-event";
import { startExportInput } from "../export-schemas";

type Input = z.output<typeof startExportInput>;

const mayExport: Allow<Input, GuruFacts | null> = async (context) => {
  const { scope } = context.input;
  if (scope === "global")
    return inOrganization<Input>("audit:export-global", () => "the export of the global log")(context);
  return (await onGuru<Input>("audit:export-guru", () => scope.guru)(context)).guru;
};

/**
 * Asks for an export: recorded and committed here, before any byte of it leaves; its download follows within a minute.
 * One at a time a person.
 */
export const startExport = sensitiveRead({
  name: "start-export",
  input: startExportInput,
  allow: mayExport,
  event: auditExported,
  target: ({ principal, scope }) =>
    scope ? { id: scope.id, type: "guru" } : { id: String(principal.orgId), type: "org" },
  async run({ tx, input, principal, scope: guru }) {
    if (principal.kind !== "user")
      throw refuse("forbidden", "Exports are made from the product's pages. With a key, read /api/ee/audit.");
    await oneAtATime(tx, principal);
    const { format, filter } = input;
    const [now] = await tx.execute<{ at: string; label: string }>(sql`
      select to_char(gurulog_now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, name as label
      from organization where id = ${principal.orgId}`);
    if (!now) throw new Error("the organization is missing");
    const rowsExpected = await countForExport({
      orgId: principal.orgId,
      guruId: guru?.id ?? null,
      filter,
      asOf: now.at,
    });
    const fileName = exportFileName(filter, exportFormat(format).extension, new Date(now.at));
    const [made] = await tx
      .insert(schema.exportJob)
      .values({
        orgId: principal.orgId,
        accountId: principal.accountId,
        guruId: guru?.id ?? null,
        format,
        filter,
        fileName,
        rowsExpected,
        createdAt: sql`${now.at}::timestamptz`,
      })
      .returning({ id: schema.exportJob.id });
    if (!made) throw new Error("the export was not made");
    const about = {
      id: made.id,
      orgId: principal.orgId,
      guru,
      label: guru?.name ?? now.label,
      format,
      filter,
      fileName,
    };
    return {
      value: { id: made.id, fileName, rowsExpected },
      targetId: made.id,
      audit: exportFact(about, {
        ...(rowsExpected === null ? {} : { expectedRows: rowsExpected }),
        success: true,
      }),
    };
  },
});

/** Two clicks at once: the lock lets one pass, the other finds it. */
async function oneAtATime(tx: Tx, { accountId, email }: UserPrincipal): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('gurulog.export'), hashtext(${accountId}))`);
  await closeAbandonedOf(tx, accountId);
  const [running] = await tx.execute<{ file_name: string; since: string }>(sql`
    select file_name, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') as since
    from export_job where account_id = ${accountId} and ${isAlive} limit 1`);
  if (running) {
    throw refuse(
      "busy",
      `An export of ${email} is under way since ${running.since}: ${running.file_name}. Wait for it, or cancel it, then export again.`,
    );
  }
}
