import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icon";

/** What a form says as a whole: an error, or with `tone="info"` something to know. */
export function FormMessage({ tone = "error", children }: { tone?: "error" | "info"; children: ReactNode }) {
  const look = tone === "error" ? "border-red-line text-red-fg" : "border-line-strong text-fg-2";
  return (
    <div
      role={tone === "error" ? "alert" : "status"}
      className={`mb-4 flex gap-2 rounded-control border px-3 py-2 text-sm ${look}`}
    >
      <Icon name={tone === "error" ? "alert" : "info"} className="mt-0.5" />
      <span className="min-w-0 [overflow-wrap:anywhere]">{children}</span>
    </div>
  );
}
