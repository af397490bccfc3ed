"use server";
import { createWidget } from "@/lib/features/widgets/commands/create-widget";
import { deleteWidget } from "@/lib/features/widgets/commands/delete-widget";
import { toAction } from "@/lib/gate/to-action";

export const createWidgetAction = toAction(createWidget, {
  message: ({ domain }) => `Widget for ${domain} made. Put its snippet into the site's pages.`,
  revalidate: ["/gurus"],
});
export const deleteWidgetAction = toAction(deleteWidget, {
  message: ({ domain }) => `Widget for ${domain} deleted.`,
  revalidate: ["/gurus"],
});
