import { z } from "zod";
import { defineEvent } from "./define";

const widget = { model: "WidgetId", targetType: "widget", guru: "always" } as const;

export const guruSearched = defineEvent({
  model: "GuruType",
  targetType: "guru",
  guru: "always",
  action: "guru.searched",
  operation: "SEARCH_GURU",
  actionType: "access",
  details: { question: z.string(), sources: z.number().int() },
  when: "a key looks which sources of a guru speak of a question; its first 200 characters and how many were found",
});
export const widgetCreated = defineEvent({
  ...widget,
  action: "widget.created",
  operation: "CREATE_WIDGET_ID",
  actionType: "created",
  details: { domain: z.string() },
  when: "a maintainer makes a widget for a site; the site's domain rule, never the id that stands in its pages",
});
export const widgetDeleted = defineEvent({
  ...widget,
  action: "widget.deleted",
  operation: "DELETE_WIDGET_ID",
  actionType: "deleted",
  details: { domain: z.string() },
  when: "a widget is deleted, or goes with its guru; its site's pages get no more answers",
});
