import Link from "next/link";
import { cn } from "@/components/ui/class-names";
import type { Figures } from "@/lib/features/analytics/overview";
import { type AnalyticsTable, tables } from "@/lib/features/analytics/schemas";
import { numberText } from "./words";

const labels: Record<AnalyticsTable, string> = {
  questions: "Questions",
  unanswered: "Unanswered",
  sources: "Referenced sources",
};

/** The three lists, each with its number. Links, so that each has an address and works without scripts. */
export function ListTabs({
  current,
  counts,
  hrefOf,
}: {
  current: AnalyticsTable;
  counts: Figures;
  hrefOf: (table: AnalyticsTable) => string;
}) {
  return (
    <nav aria-label="Lists" className="mb-4 flex gap-5 overflow-x-auto border-line border-b">
      {tables.map((table) => (
        <Link
          key={table}
          href={hrefOf(table)}
          prefetch={false}
          scroll={false}
          aria-current={table === current ? "page" : undefined}
          className={cn(
            "-mb-px inline-flex h-9 items-center gap-1.5 whitespace-nowrap border-b-2 text-sm",
            table === current
              ? "border-accent font-medium text-fg"
              : "border-transparent text-fg-2 hover:text-fg",
          )}
        >
          {labels[table]}
          <span className="num text-fg-3 text-xs">{numberText(counts[table])}</span>
        </Link>
      ))}
    </nav>
  );
}
