import { cn } from "@/components/ui/class-names";
import type { TypeCounts } from "../types";
import { CHART_TYPES } from "./scale";
import { TYPE_NAMES } from "./words";

/** Numbers of the applied filter and range; null while they are not known. */
export function ChartLegend({ counts, exact }: { counts: TypeCounts | null; exact: boolean }) {
  return (
    <ul className={cn("chart-legend", !exact && "inexact")} aria-label="Events by action type">
      {CHART_TYPES.map((type) => (
        <li key={type} data-type={type}>
          <span className={`swatch bar-${type}`} />
          {TYPE_NAMES[type]}{" "}
          <b>
            {counts ? (
              <>
                {exact ? null : <span className="at-least">at least </span>}
                {counts[type].toLocaleString("en-US")}
              </>
            ) : (
              <span className="skeleton" />
            )}
          </b>
        </li>
      ))}
    </ul>
  );
}
