import "server-only";
import { eq, sql } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { mintWidgetId } from "@/lib/access/widgets";
import { widgetCreated } from "@/lib/audit/catalogue/doors";
import { widgetLabel } from "@/lib/audit/catalogue/labels";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { createWidgetInput, mostWidgets } from "../schemas";

/** A maintainer lets the pages of a site ask the guru; one widget a domain. */
export const createWidget = command({
  name: "create-widget",
  input: createWidgetInput,
  allow: onGuru<{ guru: string }>("widget:manage", ({ guru }) => guru),
  event: widgetCreated,
  target: ({ input }) => ({ id: input.domain }),
  async run({ tx, input: { domain }, principal, scope: { guru } }) {
    const { widget } = schema;
    // One at a time a guru, so that its widgets are counted rightly; and the guru stays until this is committed.
    const held = await tx.execute(sql`select from guru where id = ${guru.id} for no key update`);
    if (held.length === 0) throw refuse("not_found", "This guru was just deleted.");
    if ((await tx.$count(widget, eq(widget.guruId, guru.id))) >= mostWidgets)
      throw refuse(
        "conflict",
        `A guru has at most ${mostWidgets} widgets. Delete one that is not used first.`,
      );
    const [made] = await tx
      .insert(widget)
      .values({ guruId: guru.id, publicId: mintWidgetId(), domain, createdBy: accountOf(principal) })
      .onConflictDoNothing({ target: [widget.guruId, widget.domain] })
      .returning({ id: widget.id });
    if (!made) {
      const message = `This guru has a widget for ${domain} already. Its snippet stands in the list.`;
      throw refuse("exists", message, { fieldErrors: { domain: [message] } });
    }
    return {
      value: { id: made.id, domain },
      targetId: made.id,
      audit: {
        target: { id: made.id },
        label: widgetLabel({ slug: guru.slug, domain }),
        guru,
        details: { domain },
      },
    };
  },
});
