import Link from "next/link";
import { cn } from "@/components/ui/class-names";
import type { ExcelAnswerState } from "@/lib/features/excel-jobs/schemas";

interface Counted {
  total: number;
  answered: number;
  unanswered: number;
  failed: number;
  skippedRows: number;
}

/** How many answers came out how; each figure leads to them. */
export function JobCounts({
  job,
  base,
  chosen,
}: {
  job: Counted;
  base: string;
  chosen: ExcelAnswerState | undefined;
}) {
  const remaining = job.total - job.answered - job.unanswered - job.failed;
  const figures: [string, number, ExcelAnswerState | undefined][] = [
    ["Total", job.total, undefined],
    ["Answered", job.answered, "answered"],
    ["Without an answer", job.unanswered, "unanswered"],
    ["Failed", job.failed, "failed"],
    ["Remaining", remaining, "waiting"],
  ];
  return (
    <>
      <ul className="flex flex-wrap gap-2" aria-label="Answers by result">
        {figures.map(([name, figure, state]) => (
          <li key={name}>
            <Link
              prefetch={false}
              href={state ? `${base}?state=${state}` : base}
              aria-current={state === chosen ? "true" : undefined}
              className={cn(
                "block min-w-[104px] rounded-control border border-line px-3 py-1.5 hover:bg-sunken",
                state === chosen && "border-accent",
              )}
            >
              <span className="block text-fg-2 text-xs">{name}</span>
              <span className="num">{figure.toLocaleString("en-US")}</span>
            </Link>
          </li>
        ))}
      </ul>
      {job.skippedRows > 0 ? (
        <p className="mt-2 text-fg-2 text-sm">
          {job.skippedRows.toLocaleString("en-US")} {job.skippedRows === 1 ? "row was" : "rows were"} skipped,
          as nothing in {job.skippedRows === 1 ? "it" : "them"} was empty.
        </p>
      ) : null}
    </>
  );
}
