import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveRefresh } from "@/components/ui/live-refresh";
import { Page, Section } from "@/components/ui/page";
import { guruSources } from "@/lib/features/data-sources/queries";
import { maxTitle } from "@/lib/features/data-sources/schemas";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { GuruFrame } from "../guru-frame";
import { addTextSourceAction } from "./actions";
import { ContentField } from "./content-field";
import { SourceTable } from "./source-table";
import { UploadForm } from "./upload-form";

export const metadata = { title: "Data sources" };

export default async function DataSourcesPage({
  params,
  searchParams,
}: {
  params: Promise<{ guru: string }>;
  searchParams: Promise<{ before?: string | string[] }>;
}) {
  const { guru: slug } = await params;
  const { before } = await searchParams;
  const { guru, sources, total, waiting, next } = await load(guruSources, {
    guru: slug,
    before: typeof before === "string" ? before : undefined,
  });
  const timeZone = await timeZoneOf(await requireUser());
  const base = `/gurus/${guru.slug}/data-sources`;
  return (
    <GuruFrame slug={slug} page="data-sources">
      <Page
        title="Data sources"
        description={`${total.toLocaleString("en-US")} in all${waiting > 0 ? `, ${waiting.toLocaleString("en-US")} being indexed` : ""}. Adding, deleting and reindexing are recorded.`}
      >
        <LiveRefresh active={waiting > 0} />
        <Section title="Sources">
          {sources.length === 0 ? (
            <EmptyState title={total === 0 ? "There is no source yet" : "There are no older sources"}>
              {total === 0
                ? "Add a text or a file below. The guru answers from it as soon as it is indexed."
                : "Go back to the newest ones."}
            </EmptyState>
          ) : (
            <SourceTable
              guru={guru.slug}
              timeZone={timeZone}
              now={new Date().toISOString()}
              attemptIds={{ delete: randomUUID(), reindex: randomUUID() }}
              sources={sources.map(({ createdAt: _, readable: __, ...source }) => ({
                ...source,
                updatedAt: source.updatedAt.toISOString(),
              }))}
            />
          )}
          {before || next ? (
            <div className="mt-3 flex gap-2">
              {before ? <ButtonLink href={base}>Newest</ButtonLink> : null}
              {next ? <ButtonLink href={`${base}?before=${next}`}>Older</ButtonLink> : null}
            </div>
          ) : null}
        </Section>
        <Section title="Add a text">
          <ActionForm
            action={addTextSourceAction}
            attemptId={randomUUID()}
            label="Add a text"
            className="max-w-[720px]"
          >
            <input type="hidden" name="guru" value={guru.slug} readOnly />
            <TextField name="title" label="Title" maxLength={maxTitle} autoComplete="off" />
            <ContentField />
            <SubmitButton look="primary">Add data source</SubmitButton>
          </ActionForm>
        </Section>
        <Section title="Upload a file">
          <UploadForm guru={guru.slug} />
        </Section>
      </Page>
    </GuruFrame>
  );
}
