import "server-only";
import { and, eq } from "drizzle-orm";
import { widgetDeleted } from "@/lib/audit/catalogue/doors";
import { widgetLabel } from "@/lib/audit/catalogue/labels";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { deleteWidgetInput } from "../schemas";

/** A maintainer deletes a widget: from this commit on its site's pages get no answers. */
export const deleteWidget = command({
  name: "delete-widget",
  input: deleteWidgetInput,
  allow: onGuru<{ guru: string }>("widget:manage", ({ guru }) => guru),
  event: widgetDeleted,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope: { guru } }) {
    const { widget } = schema;
    const [gone] = await tx
      .delete(widget)
      .where(and(eq(widget.guruId, guru.id), eq(widget.id, input.id)))
      .returning({ id: widget.id, domain: widget.domain });
    if (!gone) throw refuse("not_found", "This guru has no such widget any more. Reload the page.");
    const { id, domain } = gone;
    return {
      value: { domain },
      audit: { target: { id }, label: widgetLabel({ slug: guru.slug, domain }), guru, details: { domain } },
    };
  },
});
