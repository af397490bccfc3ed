import { Badge, type BadgeTone } from "@/components/ui/badge";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { ExcelJobState } from "@/lib/features/excel-jobs/schemas";

const states: Record<ExcelJobState, { words: string; tone: BadgeTone }> = {
  waiting: { words: "Waiting", tone: "access" },
  running: { words: "Running", tone: "updated" },
  completed: { words: "Completed", tone: "created" },
  cancelled: { words: "Cancelled", tone: "warning" },
  failed: { words: "Failed", tone: "failed" },
};

export interface JobFacts {
  state: ExcelJobState;
  reason: string | null;
  readAt: Date | null;
  total: number;
  answered: number;
  unanswered: number;
  failed: number;
}

/** Whether there is still something to be done. */
export function isUnderWay(state: ExcelJobState): boolean {
  return state === "waiting" || state === "running";
}

/** Where a job stands, in words and figures. */
export function JobState({ job }: { job: JobFacts }) {
  const { words, tone } = states[job.state];
  const done = job.answered + job.unanswered + job.failed;
  return (
    <span className="inline-flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
      <Badge tone={tone}>{words}</Badge>
      {isUnderWay(job.state) && job.readAt ? (
        <progress className="progress w-20" value={done} max={Math.max(1, job.total)} aria-label="Progress" />
      ) : null}
      {job.readAt ? (
        <span className="num whitespace-nowrap text-fg-2 text-xs">
          {done.toLocaleString("en-US")} of {job.total.toLocaleString("en-US")}
        </span>
      ) : null}
      {job.reason ? (
        <span className="text-red-fg text-xs [overflow-wrap:anywhere]">
          <VisibleText text={job.reason} />
        </span>
      ) : null}
    </span>
  );
}
