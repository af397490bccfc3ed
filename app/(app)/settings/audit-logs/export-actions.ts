"use server";
import { cancelExport } from "@/lib/features/audit-log/commands/cancel-export";
import { startExport } from "@/lib/features/audit-log/commands/start-export";
import { toCallAction } from "@/lib/gate/to-call-action";
import { startInput } from "./export-input";

export const startExportAction = toCallAction(startExport, startInput);
export const cancelExportAction = toCallAction(
  cancelExport,
  ({ id }: { id?: string; attemptId?: string }) => ({ id }),
);
