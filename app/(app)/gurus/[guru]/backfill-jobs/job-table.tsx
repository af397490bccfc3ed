import { randomUUID } from "node:crypto";
import Link from "next/link";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { SubmitButton } from "@/components/forms/submit-button";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { IntegrationType } from "@/lib/access/integration-types";
import { serviceWords } from "@/lib/features/backfill-jobs/service-words";
import { deleteBackfillJobAction, pauseBackfillJobAction, syncBackfillJobAction } from "./actions";
import { type JobFacts, JobState, NextRun } from "./job-state";

interface JobListed extends JobFacts {
  id: string;
  type: IntegrationType;
  label: string;
  intervalHours: number;
  addedTotal: number;
  createdBy: string | null;
}

/** The backfill jobs of a guru, each with what can be done to it. */
export function JobTable({ guru, jobs, timeZone }: { guru: string; jobs: JobListed[]; timeZone: string }) {
  return (
    <Table label="Backfill jobs">
      <thead>
        <tr>
          <Th>Query</Th>
          <Th className="max-md:hidden">Service</Th>
          <Th>Status</Th>
          <Th className="text-right max-md:hidden">Added</Th>
          <Th className="max-md:hidden">Every</Th>
          <Th className="max-md:hidden">Next run</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <tr key={job.id}>
            <Td className="min-w-[120px] max-w-[320px] [overflow-wrap:anywhere]">
              <Link className="link" href={`/gurus/${guru}/backfill-jobs/${job.id}`} prefetch={false}>
                <VisibleText text={job.label} />
              </Link>
            </Td>
            <Td className="whitespace-nowrap max-md:hidden">{serviceWords[job.type].name}</Td>
            <Td>
              <JobState job={job} />
            </Td>
            <Td className="num text-right max-md:hidden">{job.addedTotal.toLocaleString("en-US")}</Td>
            <Td className="num whitespace-nowrap max-md:hidden">{job.intervalHours} h</Td>
            <Td className="whitespace-nowrap max-md:hidden">
              <NextRun job={job} timeZone={timeZone} />
            </Td>
            <Td className="text-right">
              <JobActions guru={guru} job={job} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function JobActions({ guru, job }: { guru: string; job: JobListed }) {
  const isBusy = job.status === "SYNCING" || job.runWanted;
  const named = <input type="hidden" name="id" value={job.id} readOnly />;
  const ofGuru = <input type="hidden" name="guru" value={guru} readOnly />;
  return (
    <div className="flex flex-wrap justify-end gap-1.5">
      <ActionForm action={syncBackfillJobAction} attemptId={randomUUID()} alwaysSayMessage>
        {ofGuru}
        {named}
        <SubmitButton look="default" disabled={isBusy} aria-label={`Sync ${job.label} now`}>
          Sync now
        </SubmitButton>
      </ActionForm>
      <ActionForm action={pauseBackfillJobAction} attemptId={randomUUID()} alwaysSayMessage>
        {ofGuru}
        {named}
        <input type="hidden" name="paused" value={job.paused ? "off" : "on"} readOnly />
        <SubmitButton look="quiet" aria-label={`${job.paused ? "Resume" : "Pause"} ${job.label}`}>
          {job.paused ? "Resume" : "Pause"}
        </SubmitButton>
      </ActionForm>
      <ConfirmDialog
        trigger="Delete"
        triggerLook="quiet"
        triggerLabel={`Delete ${job.label}`}
        title="Delete this backfill job?"
        confirmText="Delete job"
        action={deleteBackfillJobAction}
        attemptId={randomUUID()}
        hidden={{ guru, id: job.id }}
      >
        “{job.label}” is not run any more. What it brought in stays among the data sources.
      </ConfirmDialog>
    </div>
  );
}
