import { randomUUID } from "node:crypto";
import { notFound } from "next/navigation";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveRefresh } from "@/components/ui/live-refresh";
import { Page } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { crawlPages } from "@/lib/features/data-sources/crawl-queries";
import { load } from "../../../../../load";
import { GuruFrame } from "../../../guru-frame";
import { stopCrawlAction } from "../../actions";
import { SearchState } from "../../recent-searches";
import { FoundPages } from "./found-pages";

export const metadata = { title: "Pages of a site" };

/** A search for the pages of a site, live while it runs, and the choice of what it found. */
export default async function SearchPage({
  params,
  searchParams,
}: {
  params: Promise<{ guru: string; search: string }>;
  searchParams: Promise<{ after?: string | string[] }>;
}) {
  const { guru: slug, search: id } = await params;
  const { after } = await searchParams;
  const from = typeof after === "string" && /^\d{1,6}$/.test(after) ? Number(after) : undefined;
  const found = await load(crawlPages, { guru: slug, id, after: from });
  if (!found) notFound();
  const { guru, search, pages, counts, next } = found;
  const base = `/gurus/${guru.slug}/data-sources`;
  const underWay = search.state === "waiting" || search.state === "running";
  return (
    <GuruFrame slug={slug} page="data-sources" more="Pages of a site">
      <Page
        title={<VisibleText text={search.url} />}
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <SearchState state={search.state} />
            <span className="num" aria-live="polite">
              {counts.found.toLocaleString("en-US")} found of at most{" "}
              {search.maxPages.toLocaleString("en-US")}
              {counts.known > 0 ? `, ${counts.known.toLocaleString("en-US")} not looked at` : ""}
            </span>
            {search.note ? <VisibleText text={search.note} /> : null}
          </span>
        }
      >
        <LiveRefresh active={underWay} />
        {underWay && !search.stopRequested ? (
          <ActionForm action={stopCrawlAction} attemptId={randomUUID()} label="Stop" className="mb-4">
            <input type="hidden" name="guru" value={guru.slug} readOnly />
            <input type="hidden" name="id" value={search.id} readOnly />
            <SubmitButton look="default">Stop</SubmitButton>
          </ActionForm>
        ) : null}
        {pages.length === 0 ? (
          <EmptyState title={underWay ? "Nothing found yet" : "No page was found"}>
            {underWay
              ? "Pages appear here while the site is looked through."
              : "Check the address, or add pages by their addresses."}
          </EmptyState>
        ) : (
          <FoundPages guru={guru.slug} id={search.id} attemptId={randomUUID()} pages={pages} />
        )}
        <div className="mt-3 flex flex-wrap gap-2">
          <ButtonLink href={base}>Data sources</ButtonLink>
          {from === undefined ? null : <ButtonLink href={`${base}/searches/${search.id}`}>First</ButtonLink>}
          {next === null ? null : (
            <ButtonLink href={`${base}/searches/${search.id}?after=${next}`}>Next</ButtonLink>
          )}
        </div>
      </Page>
    </GuruFrame>
  );
}
