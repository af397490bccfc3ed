import { randomUUID } from "node:crypto";
import { notFound } from "next/navigation";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { LiveRefresh } from "@/components/ui/live-refresh";
import { Page, Section } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { guruBackfillJob } from "@/lib/features/backfill-jobs/queries";
import { serviceWords } from "@/lib/features/backfill-jobs/service-words";
import { load, requireUser } from "../../../../load";
import { timeZoneOf } from "../../../../time-zone";
import { GuruFrame } from "../../guru-frame";
import { editBackfillJobAction } from "../actions";
import { JobState, NextRun } from "../job-state";
import { QueryFields } from "../query-fields";

export const metadata = { title: "Backfill job" };

/** One job: where it stands, and its settings to be changed. */
export default async function BackfillJobPage({
  params,
}: {
  params: Promise<{ guru: string; job: string }>;
}) {
  const { guru: slug, job: id } = await params;
  const found = await load(guruBackfillJob, { guru: slug, id });
  if (!found) notFound();
  const { guru, job } = found;
  const timeZone = await timeZoneOf(await requireUser());
  const words = serviceWords[job.type];
  // A channel is kept by its id, and known to people by its name.
  const query = job.type === "SLACK" || job.type === "DISCORD" ? job.label : job.query;
  return (
    <GuruFrame slug={slug} page="backfill-jobs" more={words.name}>
      <Page
        narrow
        title={<VisibleText text={job.label} />}
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span>
              {words.name}, as <VisibleText text={job.accountName} />
            </span>
            <JobState job={job} />
            <span>
              Next run: <NextRun job={job} timeZone={timeZone} />
            </span>
          </span>
        }
      >
        <LiveRefresh active={job.status === "SYNCING" || job.runWanted} />
        <Section
          title="Settings"
          description="The query is tried before it is saved. What the job brought in before stays."
        >
          <ActionForm action={editBackfillJobAction} attemptId={randomUUID()} label="Settings">
            <input type="hidden" name="guru" value={guru.slug} readOnly />
            <input type="hidden" name="id" value={job.id} readOnly />
            <QueryFields type={job.type} values={{ ...job, query }} />
            <div className="flex gap-2">
              <SubmitButton look="primary" pendingText="Trying the query">
                Save changes
              </SubmitButton>
              <ButtonLink href={`/gurus/${guru.slug}/backfill-jobs`} className="h-9">
                Back to the jobs
              </ButtonLink>
            </div>
          </ActionForm>
        </Section>
      </Page>
    </GuruFrame>
  );
}
