import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveRefresh } from "@/components/ui/live-refresh";
import { Page, Section } from "@/components/ui/page";
import { guruSources } from "@/lib/features/data-sources/queries";
import { maxTitle, sourceListQuery } from "@/lib/features/data-sources/schemas";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { GuruFrame } from "../guru-frame";
import { addTextSourceAction } from "./actions";
import { ContentField } from "./content-field";
import { RecentSearches } from "./recent-searches";
import { RepositoryForm } from "./repository-form";
import { SourceFilter } from "./source-filter";
import { SourceTable } from "./source-table";
import { UploadForm } from "./upload-form";
import { AddPagesForm, FindPagesForm } from "./website-forms";

export const metadata = { title: "Data sources" };

export default async function DataSourcesPage({
  params,
  searchParams,
}: {
  params: Promise<{ guru: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { guru: slug } = await params;
  const asked = sourceListQuery.parse(await searchParams);
  const { guru, sources, total, found, waiting, next } = await load(guruSources, { guru: slug, ...asked });
  const timeZone = await timeZoneOf(await requireUser());
  const base = `/gurus/${guru.slug}/data-sources`;
  const older = (before: string | undefined) => {
    const query = new URLSearchParams(
      Object.entries({ ...asked, before }).filter((pair): pair is [string, string] => pair[1] !== undefined),
    );
    return query.size > 0 ? `${base}?${query}` : base;
  };
  return (
    <GuruFrame slug={slug} page="data-sources">
      <Page
        title="Data sources"
        description={`${total.toLocaleString("en-US")} in all${waiting > 0 ? `, ${waiting.toLocaleString("en-US")} being indexed` : ""}. Adding, deleting and reindexing are recorded.`}
      >
        <LiveRefresh active={waiting > 0} />
        <Section title="Sources">
          {total > 0 ? <SourceFilter action={base} asked={asked} /> : null}
          {sources.length === 0 ? (
            <NoSources total={total} found={found} base={base} />
          ) : (
            <SourceTable
              guru={guru.slug}
              timeZone={timeZone}
              now={new Date().toISOString()}
              attemptIds={{ delete: randomUUID(), reindex: randomUUID() }}
              sources={sources.map((source) => ({
                ...source,
                updatedAt: source.updatedAt.toISOString(),
                retryAttemptId: source.status === "FAIL" ? randomUUID() : null,
              }))}
            />
          )}
          {asked.before || next ? (
            <div className="mt-3 flex gap-2">
              {asked.before ? <ButtonLink href={older(undefined)}>Newest</ButtonLink> : null}
              {next ? <ButtonLink href={older(next)}>Older</ButtonLink> : null}
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
        <Section title="Upload files">
          <UploadForm guru={guru.slug} />
        </Section>
        <Section title="Add web pages">
          <AddPagesForm guru={guru.slug} />
        </Section>
        <Section title="Find the pages of a site">
          <FindPagesForm guru={guru.slug} />
          <RecentSearches guru={guru.slug} />
        </Section>
        <Section title="Add a git repository">
          <RepositoryForm guru={guru.slug} />
        </Section>
      </Page>
    </GuruFrame>
  );
}

/** Why the list is empty, and what to do. */
function NoSources({ total, found, base }: { total: number; found: number; base: string }) {
  if (total === 0) {
    return (
      <EmptyState title="There is no source yet">
        Add a text, a file or an address below. The guru answers from it as soon as it is indexed.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={found === 0 ? "No source fits the filter" : "There are no older sources"}
      actions={<ButtonLink href={base}>{found === 0 ? "Reset the filter" : "Show the newest"}</ButtonLink>}
    >
      {found === 0
        ? `There are ${total.toLocaleString("en-US")} in all; none of them has this name, type and status.`
        : "Those that were here have been deleted meanwhile."}
    </EmptyState>
  );
}
