import { z } from "zod";
import { DomainProblem, parseDomainRule } from "@/lib/access/widget-domain";
import { isUuid } from "@/lib/platform/ids";

/** Widgets of one guru. */
export const mostWidgets = 50;

const guru = z.string().min(1).max(64);

const domain = z
  .string("Give the site's domain.")
  .max(1_000, "A domain has at most 200 characters.")
  .transform((text, ctx) => {
    try {
      return parseDomainRule(text);
    } catch (error) {
      if (!(error instanceof DomainProblem)) throw error;
      ctx.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  });

export const createWidgetInput = z.strictObject({ guru, domain });
export const deleteWidgetInput = z.strictObject({
  guru,
  id: z.string("Choose a widget.").refine(isUuid, "Choose a widget of the list."),
});
