import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveRefresh } from "@/components/ui/live-refresh";
import { Page, Section } from "@/components/ui/page";
import { guruExcelJobs } from "@/lib/features/excel-jobs/queries";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { GuruFrame } from "../guru-frame";
import { isUnderWay } from "./job-state";
import { JobTable } from "./job-table";
import { NewJob } from "./new-job";

export const metadata = { title: "Excel jobs" };

export default async function ExcelJobsPage({ params }: { params: Promise<{ guru: string }> }) {
  const { guru: slug } = await params;
  const { guru, jobs } = await load(guruExcelJobs, slug);
  const timeZone = await timeZoneOf(await requireUser());
  return (
    <GuruFrame slug={slug} page="excel-jobs">
      <Page
        title="Excel jobs"
        description="A workbook with questions is answered row by row and given back with the answers in it, everything else untouched."
      >
        <LiveRefresh active={jobs.some((job) => isUnderWay(job.state))} />
        <Section title="Answer a workbook">
          <NewJob guru={guru.slug} />
        </Section>
        <Section title="Jobs">
          {jobs.length === 0 ? (
            <EmptyState
              title="There is no Excel job yet"
              actions={<ButtonLink href={`/gurus/${guru.slug}/data-sources`}>Data sources</ButtonLink>}
            >
              Upload a workbook above. The answers come from this guru’s data sources, so add those first.
            </EmptyState>
          ) : (
            <JobTable guru={guru.slug} jobs={jobs} timeZone={timeZone} now={new Date().toISOString()} />
          )}
        </Section>
      </Page>
    </GuruFrame>
  );
}
