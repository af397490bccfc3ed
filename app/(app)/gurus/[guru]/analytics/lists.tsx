import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import type { Analytics } from "@/lib/features/analytics/queries";
import { type AnalyticsAddress, type AnalyticsTable, shortestSearch } from "@/lib/features/analytics/schemas";
import { sourceKinds } from "@/lib/features/data-sources/schemas";
import { ListPages } from "../../../settings/list-pages";
import { SearchForm } from "../../../settings/search-form";
import { analyticsHref, chosenParameters } from "./address";
import { ListTabs } from "./list-tabs";
import { QuestionList } from "./question-list";
import { SourceList } from "./source-list";

const empty: Record<AnalyticsTable, { title: string; text: string }> = {
  questions: {
    title: "No question was asked in this range",
    text: "Choose a longer range, or ask the guru something yourself.",
  },
  unanswered: {
    title: "Every question of this range was answered",
    text: "One that finds nothing in the sources will stand here, so that you know what to add.",
  },
  sources: {
    title: "No source was quoted in this range",
    text: "Each answer quotes the passages it is made of; their sources will stand here.",
  },
};

/** One of the three lists, searched and a page at a time. */
export function Lists({
  analytics,
  asked,
  timeZone,
}: {
  analytics: Pick<Analytics, "guru" | "list" | "now" | "range">;
  asked: AnalyticsAddress;
  timeZone: string;
}) {
  const { guru, list, now, range } = analytics;
  const { table } = list;
  const chosen = chosenParameters({ ...range, door: asked.door });
  const ofTable = (one: AnalyticsTable) => ({ ...chosen, ...(one === "questions" ? {} : { table: one }) });
  const found = { ...ofTable(table), ...(asked.search ? { search: asked.search } : {}) };
  return (
    <section aria-label="Lists of the range">
      <ListTabs current={table} counts={now} hrefOf={(one) => analyticsHref(guru.slug, ofTable(one))} />
      {now[table] > 0 ? (
        <SearchForm
          action={analyticsHref(guru.slug, {})}
          search={asked.search ?? ""}
          hidden={ofTable(table)}
          label={`${table === "sources" ? "Title of the source" : "Text of the question"}, ${shortestSearch} letters or more`}
          shortest={shortestSearch}
        />
      ) : null}
      {list.rows.length === 0 ? (
        <Nothing table={table} isSearched={now[table] > 0} reset={analyticsHref(guru.slug, ofTable(table))} />
      ) : list.table === "sources" ? (
        <SourceList slug={guru.slug} rows={list.rows} questions={now.questions} kinds={sourceKinds} />
      ) : (
        <QuestionList
          label={list.table === "questions" ? "Questions" : "Unanswered questions"}
          page={list}
          timeZone={timeZone}
          hrefOf={(before) => analyticsHref(guru.slug, { ...found, before })}
          isOlder={asked.before !== undefined}
        />
      )}
      {list.table === "sources" ? (
        <ListPages
          address={analyticsHref(guru.slug, {})}
          kept={found}
          page={list.page}
          hasMore={list.hasMore}
        />
      ) : null}
    </section>
  );
}

/** Why the list is empty, and what to do. */
function Nothing({
  table,
  isSearched,
  reset,
}: {
  table: AnalyticsTable;
  isSearched: boolean;
  reset: string;
}) {
  if (isSearched)
    return (
      <EmptyState title="Nothing is left to show" actions={<ButtonLink href={reset}>Show all</ButtonLink>}>
        Nothing in this range has this text, or you are past the last page.
      </EmptyState>
    );
  return <EmptyState title={empty[table].title}>{empty[table].text}</EmptyState>;
}
