import type { ReactNode } from "react";

export type BadgeTone = "access" | "created" | "updated" | "deleted" | "failed" | "unknown" | "warning";

/** A word on a tint. The word says it; the colour only repeats it. */
export function Badge({ tone = "access", children }: { tone?: BadgeTone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}
