import "server-only";
import { and, count, eq, sql } from "drizzle-orm";
import { auditViewSaved } from "@/lib/audit/catalogue/audit-log";
import { filterRecord } from "@/lib/audit/query/filter";
import { schema } from "@/lib/db/client";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { viewsOfLog } from "../saved-views";
import { saveViewInput } from "../view-schemas";
import { readsLog } from "./view-audit-logs";

const { savedView } = schema;
const viewsAtMost = 50;
/** Of a filter as JSON. An address that is longer does not reach the server whole. */
const filterLengthAtMost = 8_000;

/** A person keeps a filter of a log that they may read under a name, for themselves or for all who read it. */
export const saveView = command({
  name: "save-view",
  input: saveViewInput,
  allow: readsLog,
  event: auditViewSaved,
  target: ({ principal, scope }) =>
    scope ? { id: scope.guru.id, type: "guru" } : { id: String(principal.orgId) },
  async run({ tx, input, principal, scope }) {
    if (principal.kind !== "user") throw refuse("forbidden", "Views are saved from the product's pages.");
    const { accountId, orgId } = principal;
    const guru = scope ? { id: scope.guru.id, slug: scope.guru.slug, name: scope.guru.name } : null;
    const name = cleanText(input.name);
    const nameKey = name.normalize("NFC").toLowerCase();
    const filter = filterRecord(input.filter);
    if (JSON.stringify(filter).length > filterLengthAtMost)
      throw refuse("too_large", "This filter is too long to be saved. Choose fewer values.");
    // A guru that is being deleted takes its views along: none may come after it has looked.
    if (guru) {
      const [standing] = await tx
        .select({ id: schema.guru.id })
        .from(schema.guru)
        .where(eq(schema.guru.id, guru.id))
        .for("key share");
      if (!standing) throw refuse("not_found", "This guru was just deleted.");
    }
    // Two clicks at once: the second counts, and compares names, after the first.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('gurulog.views'), hashtext(${accountId}))`);
    const own = and(viewsOfLog(orgId, guru), eq(savedView.accountId, accountId));
    const [same] = await tx
      .select({ name: savedView.name })
      .from(savedView)
      .where(and(own, eq(savedView.nameKey, nameKey)));
    if (same) {
      throw refuse("exists", `You already have a view “${same.name}” of this log.`, {
        fieldErrors: { name: ["Choose another name, or delete that view first."] },
      });
    }
    const [stored] = await tx.select({ views: count() }).from(savedView).where(own);
    if ((stored?.views ?? 0) >= viewsAtMost)
      throw refuse("conflict", `You have ${viewsAtMost} views of this log. Delete one first.`);
    const recentDays = input.recentDays ?? null;
    const [made] = await tx
      .insert(savedView)
      .values({
        orgId,
        guruId: guru?.id ?? null,
        accountId,
        name,
        nameKey,
        filter,
        recentDays,
        shared: input.shared,
      })
      .returning({ id: savedView.id });
    if (!made) throw new Error("the view was not saved");
    return {
      value: { id: made.id, name },
      targetId: made.id,
      audit: {
        label: name,
        guru,
        details: {
          name,
          shared: input.shared,
          filters: filter,
          ...(recentDays === null ? {} : { recentDays }),
        },
      },
    };
  },
});
