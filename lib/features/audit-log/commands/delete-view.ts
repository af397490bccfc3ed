import "server-only";
import { eq } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { auditViewDeleted } from "@/lib/audit/catalogue/audit-log";
import { schema } from "@/lib/db/client";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { deletableView } from "../saved-views";
import { deleteViewInput } from "../view-schemas";

/** A saved view goes: one's own, or a shared one of a log that one administers. The log itself is not touched. */
export const deleteView = command({
  name: "delete-view",
  input: deleteViewInput,
  allow: deletableView,
  event: auditViewDeleted,
  target: ({ principal, scope }) =>
    scope?.guru ? { id: scope.guru.id, type: "guru" } : { id: String(principal.orgId) },
  async run({ tx, principal, scope: { guru, view } }) {
    const gone = await tx
      .delete(schema.savedView)
      .where(eq(schema.savedView.id, view.id))
      .returning({ id: schema.savedView.id });
    if (gone.length === 0) throw refuse("not_found", "This view was just deleted.");
    const { name, shared, filter: filters, recentDays } = view;
    return {
      value: { id: view.id, name },
      targetId: view.id,
      audit: {
        label: name,
        guru: guru ? { id: guru.id, slug: guru.slug, name: guru.name } : null,
        details: {
          name,
          shared,
          filters,
          ...(recentDays === null ? {} : { recentDays }),
          ...(view.accountId === accountOf(principal) ? {} : { savedBy: view.accountId }),
        },
      },
    };
  },
});
