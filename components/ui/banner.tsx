import type { ReactNode } from "react";
import { Icon } from "./icon";

/** A line across the page below the top bar. */
export function Banner({ tone = "info", children }: { tone?: "info" | "warning"; children: ReactNode }) {
  return (
    <div className={tone === "warning" ? "banner warning" : "banner"} role="status">
      <Icon name={tone === "warning" ? "alert" : "info"} />
      <span>{children}</span>
    </div>
  );
}
