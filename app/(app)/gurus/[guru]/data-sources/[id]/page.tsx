import { notFound } from "next/navigation";
import { ButtonLink } from "@/components/ui/button";
import { cn } from "@/components/ui/class-names";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveRefresh } from "@/components/ui/live-refresh";
import { Page } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { repositorySettings, sourcePassages } from "@/lib/features/data-sources/queries";
import { sourceKinds } from "@/lib/features/data-sources/schemas";
import { guruOverview } from "@/lib/features/gurus/queries";
import { load } from "../../../../load";
import { GuruFrame } from "../../guru-frame";
import { sizeInWords } from "../sizes";
import { SourceStatus } from "../source-status";
import { RepositorySettingsForm } from "./repository-settings-form";

export const metadata = { title: "Data source" };

/** The text of a source as it is quoted, for whoever may ask the guru: answers link to its passages. */
export default async function SourcePage({
  params,
  searchParams,
}: {
  params: Promise<{ guru: string; id: string }>;
  searchParams: Promise<{ from?: string | string[]; passage?: string | string[] }>;
}) {
  const { guru: slug, id } = await params;
  const asked = await searchParams;
  // A quote leads to its passage, which is then marked; the browser's own mark does not follow links within the app.
  const quoted = placeIn(asked.passage);
  const found = await load(sourcePassages, { guru: slug, id, from: quoted ?? placeIn(asked.from) ?? 0 });
  if (!found) notFound();
  const { guru, source, upkeep, rows, perPage } = found;
  // Only who looks after the sources may see what they are read with.
  const { standing } = await load(guruOverview, slug);
  const settings =
    source.kind === "GITHUB_REPO" && standing === "maintainer"
      ? await load(repositorySettings, { guru: slug, id })
      : null;
  const base = `/gurus/${guru.slug}/data-sources/${source.id}`;
  const later = found.from + perPage;
  return (
    <GuruFrame slug={slug} page="data-sources" more={source.title}>
      <Page
        title={<VisibleText text={source.title} />}
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span>{sourceKinds[source.kind]}</span>
            {upkeep && upkeep.sizeBytes > 0 ? (
              <span className="num">{sizeInWords(upkeep.sizeBytes)}</span>
            ) : null}
            {upkeep ? <SourceStatus source={{ ...upkeep, passages: source.passages }} /> : null}
          </span>
        }
      >
        <LiveRefresh active={source.isUnderWay} />
        {settings ? <RepositorySettingsForm guru={guru.slug} id={source.id} chosen={settings} /> : null}
        {rows.length === 0 ? (
          <EmptyState title="There are no passages here">
            {source.isUnderWay
              ? "They appear when the indexing has ended."
              : "The source has none, or this page lies behind its end."}
          </EmptyState>
        ) : (
          <ol className="max-w-[860px]" aria-label="Passages">
            {rows.map((passage) => (
              <li
                key={passage.ordinal}
                id={`p${passage.ordinal}`}
                className={cn(
                  "scroll-mt-4 border-t border-line py-4 first:border-t-0",
                  passage.ordinal === quoted && "border-l-2 border-l-accent bg-accent-soft pl-3",
                )}
              >
                <div className="mb-1 text-fg-3 text-xs">
                  <a className="num hover:underline" href={`#p${passage.ordinal}`}>
                    Passage {passage.ordinal + 1}
                  </a>
                  {passage.heading && !passage.locator?.startsWith(passage.heading) ? (
                    <>
                      {" · "}
                      <VisibleText text={passage.heading} />
                    </>
                  ) : null}
                  {passage.locator ? (
                    <>
                      {" · "}
                      <VisibleText text={passage.locator} />
                    </>
                  ) : null}
                  {passage.url && isWebAddress(passage.url) ? (
                    <>
                      {" · "}
                      <a className="link" href={passage.url} target="_blank" rel="noopener noreferrer">
                        Open the original
                      </a>
                    </>
                  ) : null}
                </div>
                <div className="whitespace-pre-wrap text-sm [overflow-wrap:anywhere]">
                  <VisibleText text={passage.content} lines />
                </div>
              </li>
            ))}
          </ol>
        )}
        <div className="mt-3 flex gap-2">
          {found.from > 0 ? (
            <ButtonLink href={`${base}?from=${Math.max(0, found.from - perPage)}`}>Earlier</ButtonLink>
          ) : null}
          {later < source.passages ? <ButtonLink href={`${base}?from=${later}`}>Later</ButtonLink> : null}
        </div>
      </Page>
    </GuruFrame>
  );
}

function placeIn(value: string | string[] | undefined): number | undefined {
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** What a source says of itself must not run in the reader's browser. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}
