import Link from "next/link";
import { Table, Td, Th } from "@/components/ui/table";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { type JobFacts, JobState } from "./job-state";

interface JobRow extends JobFacts {
  id: string;
  fileName: string;
  sheetName: string;
  createdBy: string | null;
  createdAt: Date;
}

/** The Excel jobs of a guru, newest first. */
export function JobTable({
  guru,
  jobs,
  timeZone,
  now,
}: {
  guru: string;
  jobs: JobRow[];
  timeZone: string;
  now: string;
}) {
  return (
    <Table label="Excel jobs">
      <thead>
        <tr>
          <Th>Workbook</Th>
          <Th>Status</Th>
          <Th className="max-md:hidden">Answered</Th>
          <Th className="max-md:hidden">Created</Th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <tr key={job.id}>
            <Td className="min-w-[140px] max-w-[420px] [overflow-wrap:anywhere]">
              <Link prefetch={false} className="link" href={`/gurus/${guru}/excel-jobs/${job.id}`}>
                <VisibleText text={job.fileName} />
              </Link>
              <div className="text-fg-3 text-xs">
                <VisibleText text={job.sheetName} />
              </div>
            </Td>
            <Td>
              <JobState job={job} />
            </Td>
            <Td className="num max-md:hidden">{job.answered.toLocaleString("en-US")}</Td>
            <Td className="max-md:hidden">
              <RelativeTime value={job.createdAt.toISOString()} timeZone={timeZone} now={now} />
              {job.createdBy ? (
                <div className="text-fg-3 text-xs [overflow-wrap:anywhere]">
                  <VisibleText text={`by ${job.createdBy}`} />
                </div>
              ) : null}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
