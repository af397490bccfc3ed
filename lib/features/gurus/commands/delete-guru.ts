import "server-only";
import { asc, eq, sql } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { guruRoleRevoked } from "@/lib/audit/catalogue/accounts";
import { auditViewDeleted } from "@/lib/audit/catalogue/audit-log";
import {
  dataSourceDeleted,
  guruDeleted,
  maintainerRemoved,
  secretDeleted,
} from "@/lib/audit/catalogue/gurus";
import { dataSourceDetails, dataSourceLabel } from "@/lib/audit/catalogue/labels";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { deletedBackfillJobs } from "@/lib/gate/deleted-backfill-jobs";
import { deletedExcelJobs } from "@/lib/gate/deleted-excel-jobs";
import { deletedIntegrations } from "@/lib/gate/deleted-integrations";
import { deletedWidgets } from "@/lib/gate/deleted-widgets";
import type { AuditFact } from "@/lib/gate/facts";
import { recordQuestion, takeOpenQuestions } from "@/lib/gate/open-questions";
import { refuse } from "@/lib/platform/errors";
import { deleteGuruInput } from "../schemas";

/**
 * A maintainer deletes a guru, its slug typed. All that is the guru's (sources, jobs, secrets, team and so on) goes with it, one event each, with
 * this one as cause; questions still being answered are recorded as their askers'. Its log stays, and its slug stays
 * reserved while the log does.
 */
export const deleteGuru = command({
  name: "delete-guru",
  input: deleteGuruInput,
  allow: onGuru<{ guru: string }>("guru:delete", ({ guru }) => guru),
  event: guruDeleted,
  target: ({ input, scope }) => ({ id: scope?.guru.id ?? input.guru }),
  async run({ tx, input, principal, scope }) {
    const { id, slug } = scope.guru;
    if (input.confirmation.trim() !== slug) {
      const message = `Type the slug ${slug} to delete this guru.`;
      throw refuse("invalid", message, { fieldErrors: { confirmation: [message] } });
    }
    // Guru, then sources by id: the order of locks that everything else keeps too.
    // Hundreds of thousands of passages may go with it; the usual limit of a statement is for pages.
    await tx.execute(sql`set local statement_timeout = '300s'`);
    const [locked] = await tx
      .select({ name: schema.guru.name })
      .from(schema.guru)
      .where(eq(schema.guru.id, id))
      .for("update");
    if (!locked) throw refuse("not_found", "This guru was just deleted.");
    const guru = { id, slug, name: locked.name };
    const followers = [
      ...(await sourcesOf(tx, guru)),
      ...(await deletedIntegrations(tx, guru)),
      ...(await deletedBackfillJobs(tx, guru)),
      ...(await deletedExcelJobs(tx, guru)),
      ...(await deletedWidgets(tx, guru)),
      ...(await secretsOf(tx, guru)),
      ...(await rolesOf(tx, guru)),
      ...(await viewsOf(tx, guru, accountOf(principal))),
    ];
    // Nobody asks this guru from here on, and whoever still writes an answer finds its question recorded and gone.
    const open = await takeOpenQuestions(tx, eq(schema.question.guruId, id));
    await tx.delete(schema.guru).where(eq(schema.guru.id, id));
    // Only now: whoever records an event of a person holds up their erasure until the transaction ends.
    for (const question of open)
      await recordQuestion(tx, {
        ...question,
        // What its writer has noted it ended with; else nobody will know.
        end: question.end.outcome === "lost" ? { outcome: "guru_deleted" } : question.end,
      });
    await tx.insert(schema.retiredGuru).values({ id, orgId: principal.orgId, slug, name: locked.name });
    return { value: guru, audit: [{ label: locked.name, guru }, ...followers] };
  },
});

type Named = { id: string; slug: string; name: string };

async function sourcesOf(tx: Tx, guru: Named): Promise<AuditFact[]> {
  const { dataSource } = schema;
  const rows = await tx
    .select({
      id: dataSource.id,
      kind: dataSource.kind,
      title: dataSource.title,
      sizeBytes: dataSource.sizeBytes,
      sha256: dataSource.sha256,
      url: dataSource.url,
      settings: dataSource.settings,
    })
    .from(dataSource)
    .where(eq(dataSource.guruId, guru.id))
    .orderBy(asc(dataSource.id))
    .for("update");
  return rows.map((row) => ({
    event: dataSourceDeleted,
    target: { id: row.id },
    label: dataSourceLabel(row),
    guru,
    details: dataSourceDetails(row),
  }));
}

/** Whatever used them goes too. */
async function secretsOf(tx: Tx, guru: Named): Promise<AuditFact[]> {
  const { secret } = schema;
  const rows = await tx
    .select({ id: secret.id, name: secret.name })
    .from(secret)
    .where(eq(secret.guruId, guru.id))
    .orderBy(asc(secret.id))
    .for("update");
  return rows.map(({ id, name }) => ({ event: secretDeleted, target: { id }, label: name, guru }));
}

/** As the Team page takes them: a maintainer is removed, a viewer's role revoked. */
async function rolesOf(tx: Tx, guru: Named): Promise<AuditFact[]> {
  const { guruRole, account } = schema;
  const rows = await tx
    .select({ id: account.id, email: account.email, role: guruRole.role })
    .from(guruRole)
    .innerJoin(account, eq(account.id, guruRole.accountId))
    .where(eq(guruRole.guruId, guru.id))
    .orderBy(asc(guruRole.role), asc(account.email))
    .for("update", { of: guruRole });
  return rows.map(({ id, email, role }) => ({
    event: role === "maintainer" ? maintainerRemoved : guruRoleRevoked,
    target: { id, type: "user" },
    label: email,
    guru,
    changes: [{ field: "role", before: role, after: null }],
  }));
}

/** Views of the guru's log, private ones too: saving each was an event, and so is its end. */
async function viewsOf(tx: Tx, guru: Named, accountId: string | null): Promise<AuditFact[]> {
  const { savedView } = schema;
  const rows = await tx
    .select()
    .from(savedView)
    .where(eq(savedView.guruId, guru.id))
    .orderBy(asc(savedView.id))
    .for("update");
  return rows.map(({ name, shared, filter: filters, recentDays, accountId: savedBy }) => ({
    event: auditViewDeleted,
    target: { id: guru.id, type: "guru" },
    label: name,
    guru,
    details: {
      name,
      shared,
      filters,
      ...(recentDays === null ? {} : { recentDays }),
      ...(savedBy === accountId ? {} : { savedBy }),
    },
  }));
}
