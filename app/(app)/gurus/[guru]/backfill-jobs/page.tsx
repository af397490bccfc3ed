import { EmptyState } from "@/components/ui/empty-state";
import { LiveRefresh } from "@/components/ui/live-refresh";
import { Page, Section } from "@/components/ui/page";
import { guruBackfillJobs } from "@/lib/features/backfill-jobs/queries";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { GuruFrame } from "../guru-frame";
import { JobTable } from "./job-table";
import { NewJob } from "./new-job";

export const metadata = { title: "Backfill jobs" };

export default async function BackfillJobsPage({
  params,
  searchParams,
}: {
  params: Promise<{ guru: string }>;
  searchParams: Promise<{ integration?: string | string[] }>;
}) {
  const { guru: slug } = await params;
  const { integration } = await searchParams;
  const { guru, jobs, integrations } = await load(guruBackfillJobs, slug);
  const timeZone = await timeZoneOf(await requireUser());
  const only = integrations.length === 1 ? integrations[0] : undefined;
  const chosen = integrations.find(({ id }) => id === integration) ?? only;
  const underWay = jobs.some(({ status, runWanted }) => status === "SYNCING" || runWanted);
  return (
    <GuruFrame slug={slug} page="backfill-jobs">
      <Page
        title="Backfill jobs"
        description="A job brings in what a query finds, as data sources, and looks for news each time its interval has passed. What has not changed stays as it is."
      >
        <LiveRefresh active={underWay} />
        <Section title="Jobs">
          {jobs.length === 0 ? (
            <EmptyState title="There is no backfill job yet">
              Make one below. Its first run begins at once.
            </EmptyState>
          ) : (
            <JobTable guru={guru.slug} jobs={jobs} timeZone={timeZone} />
          )}
        </Section>
        <div id="new-job">
          <Section title="New job">
            <NewJob guru={guru.slug} integrations={integrations} chosen={chosen} />
          </Section>
        </div>
      </Page>
    </GuruFrame>
  );
}
