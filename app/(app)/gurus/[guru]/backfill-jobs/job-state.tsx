import { Badge } from "@/components/ui/badge";
import { AbsoluteTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { jobStatuses } from "@/lib/features/backfill-jobs/schemas";

export interface JobFacts {
  status: keyof typeof jobStatuses;
  paused: boolean;
  runWanted: boolean;
  note: string | null;
  runFound: number;
  runAdded: number;
  runChanged: number;
  nextRunAt: Date | null;
  finishedAt: Date | null;
}

const count = (n: number) => n.toLocaleString("en-US");

/** Where a job stands, in words and figures, with the reason where it failed. */
export function JobState({ job }: { job: JobFacts }) {
  const { status, note } = job;
  const ran = status !== "WAITING";
  return (
    <span className="inline-flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
      {status === "WAITING" ? <Badge>{jobStatuses.WAITING}</Badge> : null}
      {status === "SYNCING" ? <Badge tone="updated">{jobStatuses.SYNCING}</Badge> : null}
      {status === "COMPLETED" ? <Badge tone="created">{jobStatuses.COMPLETED}</Badge> : null}
      {status === "FAILED" ? <Badge tone="failed">{jobStatuses.FAILED}</Badge> : null}
      {job.paused ? <Badge tone="warning">Paused</Badge> : null}
      {ran ? (
        <span className="num text-fg-2 text-xs" aria-live={status === "SYNCING" ? "polite" : undefined}>
          {count(job.runFound)} found, {count(job.runAdded)} added, {count(job.runChanged)} changed
        </span>
      ) : null}
      {note ? (
        <span
          className={
            status === "FAILED"
              ? "text-red-fg text-xs [overflow-wrap:anywhere]"
              : "text-fg-2 text-xs [overflow-wrap:anywhere]"
          }
        >
          <VisibleText text={note} />
        </span>
      ) : null}
    </span>
  );
}

/** When it runs again. */
export function NextRun({ job, timeZone }: { job: JobFacts; timeZone: string }) {
  if (job.status === "SYNCING" || job.runWanted) return <>now</>;
  if (job.nextRunAt)
    return <AbsoluteTime value={job.nextRunAt.toISOString()} timeZone={timeZone} precision="minutes" />;
  return <span className="text-fg-3">{job.paused ? "when it goes on" : "-"}</span>;
}
