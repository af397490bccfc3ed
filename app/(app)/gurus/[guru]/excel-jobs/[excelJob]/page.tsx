import { randomUUID } from "node:crypto";
import { notFound } from "next/navigation";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveRefresh } from "@/components/ui/live-refresh";
import { Page, Section } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { excelJobDetails } from "@/lib/features/excel-jobs/queries";
import { excelJobQuery } from "@/lib/features/excel-jobs/schemas";
import { columnLetters } from "@/lib/platform/column-letters";
import { isUuid } from "@/lib/platform/ids";
import { load } from "../../../../load";
import { GuruFrame } from "../../guru-frame";
import { cancelExcelJobAction, deleteExcelJobAction } from "../actions";
import { DownloadButton } from "../download-button";
import { isUnderWay, JobState } from "../job-state";
import { AnswerTable } from "./answer-table";
import { JobCounts } from "./job-counts";

export const metadata = { title: "Excel job" };

export default async function ExcelJobPage({
  params,
  searchParams,
}: {
  params: Promise<{ guru: string; excelJob: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { guru: slug, excelJob: id } = await params;
  if (!isUuid(id)) notFound();
  const asked = excelJobQuery.parse(await searchParams);
  const found = await load(excelJobDetails, { guru: slug, id, ...asked });
  if (!found) notFound();
  const { guru, job, answers, next } = found;
  const base = `/gurus/${guru.slug}/excel-jobs/${job.id}`;
  const state = asked.state ? `&state=${asked.state}` : "";
  const hidden = { guru: guru.slug, id: job.id };
  const letters = job.answerColumns.map(columnLetters).join(", ");
  return (
    <GuruFrame slug={slug} page="excel-jobs" more={job.fileName}>
      <Page
        title={<VisibleText text={job.fileName} />}
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="[overflow-wrap:anywhere]">
              <VisibleText text={job.sheetName} />
            </span>
            <span>
              Questions in {columnLetters(job.questionColumn)}, answers in {letters}
            </span>
            <JobState job={job} />
          </span>
        }
        actions={
          <>
            {job.readAt ? <DownloadButton guru={guru.slug} id={job.id} fileName={job.fileName} /> : null}
            {isUnderWay(job.state) ? (
              <ConfirmDialog
                trigger="Cancel job"
                title="Cancel this job?"
                confirmText="Cancel job"
                action={cancelExcelJobAction}
                attemptId={randomUUID()}
                hidden={hidden}
              >
                The answers found so far are kept and can be downloaded. The others stay empty.
              </ConfirmDialog>
            ) : null}
            <ConfirmDialog
              trigger="Delete"
              triggerLook="danger-quiet"
              title="Delete this job?"
              confirmText="Delete job"
              action={deleteExcelJobAction}
              attemptId={randomUUID()}
              hidden={hidden}
            >
              Its workbook and its answers go with it.
            </ConfirmDialog>
          </>
        }
      >
        <LiveRefresh active={isUnderWay(job.state)} />
        <Section title="Result">
          <JobCounts job={job} base={base} chosen={asked.state} />
        </Section>
        <Section title="Answers">
          {answers.length === 0 ? (
            <EmptyState title={job.readAt ? "There are no such answers" : "There are no answers yet"}>
              {isUnderWay(job.state) && !job.readAt
                ? "The workbook is read first. This page follows by itself."
                : "Nothing of this workbook is in this list."}
            </EmptyState>
          ) : (
            <AnswerTable answers={answers} />
          )}
          <div className="mt-3 flex gap-2">
            {asked.after ? <ButtonLink href={`${base}?${state.slice(1)}`}>First</ButtonLink> : null}
            {next ? <ButtonLink href={`${base}?after=${next}${state}`}>Next</ButtonLink> : null}
          </div>
        </Section>
      </Page>
    </GuruFrame>
  );
}
