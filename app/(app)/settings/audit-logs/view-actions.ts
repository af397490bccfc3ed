"use server";
import { deleteView } from "@/lib/features/audit-log/commands/delete-view";
import { saveView } from "@/lib/features/audit-log/commands/save-view";
import { toAction } from "@/lib/gate/to-action";
import { deleteInput, saveInput } from "./view-input";

export const saveViewAction = toAction(saveView, {
  input: saveInput,
  message: (view) => `View “${view.name}” saved.`,
});
export const deleteViewAction = toAction(deleteView, {
  input: deleteInput,
  message: (view) => `View “${view.name}” deleted.`,
});
