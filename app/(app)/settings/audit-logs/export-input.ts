import type { ExportInput } from "@/components/audit/types";

/** The command's input from what the page sends: one of the two scopes by its tag. */
export function startInput({ scope, format, filter }: Partial<ExportInput>): unknown {
  return { scope: scope?.kind === "guru" ? { guru: scope.slug } : scope?.kind, format, filter };
}
