"use client";
import { type FormEvent, useActionState, useEffect, useId, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { useTypedBefore } from "@/components/ui/hydrated";
import { Icon } from "@/components/ui/icon";
import { useKnownFacets } from "./facet-memory";
import { matchLimits } from "./search-address";
import { SearchBox } from "./search-box";
import { countText, durationText } from "./search-counts";
import { NoMatch, NothingToSearch, RepositoryList, ResultsSkeleton } from "./search-empty";
import { SearchFacet } from "./search-facets";
import { SearchProblemText } from "./search-problem";
import { SearchResults } from "./search-results";
import type { Complete, SearchAnswer, SearchAsked, SearchPageFacts } from "./search-types";
import { useCodeSearch } from "./use-code-search";

/** A method, as the form's own action has a previous answer where ours has none. */
type Action = {
  run(previous: SearchAnswer | null, form: FormData): Promise<SearchAnswer>;
}["run"];

/** The code search. Without scripts it is a form that posts, with the filters in it. */
export function SearchPage({
  action,
  complete,
  asked: first,
  attemptId,
  facts,
  person,
}: {
  action: Action;
  complete: Complete;
  /** What the address asks for. */
  asked: SearchAsked;
  attemptId: string;
  facts: SearchPageFacts;
  person: string;
}) {
  const [posted, post] = useActionState(action, null);
  const form = useId();
  const errorId = useId();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLElement>(null);
  const page = useRef<HTMLDivElement>(null);
  const { asked, view, problem, isSearching, search } = useCodeSearch({
    action,
    person,
    asked: first,
    posted,
    results: page,
  });
  const [text, setText] = useState(asked.query);
  useEffect(() => setText(asked.query), [asked.query]);
  useTypedBefore(field, first.query, setText);
  const facets = useKnownFacets(view);
  const isSlow = useLater(isSearching, 150);
  const chosen = asked.repositories.length + asked.languages.length;
  const ready = facts.repositories.some((repository) => repository.isIndexed);
  const [areFiltersOpen, setFiltersOpen] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isSearching && text === asked.query) return;
    if (text.trim() === "") return field.current?.focus();
    // Another query begins with all that it finds.
    const isSame = text === asked.query;
    void search(isSame ? asked : { ...asked, query: text, matches: firstLimit }, "push");
  }
  const narrow = (by: Partial<SearchAsked>) => {
    const next = { ...asked, ...by, matches: firstLimit };
    void search(next, "push");
  };

  return (
    <div ref={page} className="cs-search">
      <search>
        <form id={form} action={post} onSubmit={submit}>
          <input type="hidden" name="attemptId" value={attemptId} readOnly />
          <input type="hidden" name="matches" value={asked.matches} readOnly />
        </form>
        <SearchBox
          form={form}
          text={text}
          facts={facts}
          complete={complete}
          isSearching={isSearching}
          errorId={problem?.isOfQuery ? errorId : undefined}
          field={field}
          onChange={setText}
        />
      </search>
      {problem ? (
        <SearchProblemText
          id={errorId}
          query={asked.query}
          problem={problem}
          onRetry={() => void search(asked, "keep")}
        />
      ) : null}
      <div className="cs-summary">
        <p role="status" data-testid="search-summary">
          {view && !(isSlow && view.asked.query !== asked.query) ? (
            <>
              <b>{countText(view)}</b> <span>{durationText(view.durationMs)}</span>
            </>
          ) : null}
        </p>
        {view || chosen > 0 ? (
          <Button
            className="only-phone"
            aria-expanded={areFiltersOpen}
            onClick={() => setFiltersOpen(!areFiltersOpen)}
          >
            <Icon name="funnel" />
            Filters
            {chosen > 0 ? <span className="btn-count">{chosen}</span> : null}
          </Button>
        ) : null}
      </div>
      {!ready ? <NothingToSearch facts={facts} /> : null}
      <div className="cs-columns">
        {view || chosen > 0 ? (
          <aside className="cs-facets" data-open={areFiltersOpen || undefined} aria-label="Filters">
            <SearchFacet
              form={form}
              name="repo"
              title="Repository"
              values={facets.repositories}
              chosen={asked.repositories}
              onChange={(repositories) => narrow({ repositories })}
            />
            <SearchFacet
              form={form}
              name="lang"
              title="Language"
              values={facets.languages}
              chosen={asked.languages}
              onChange={(languages) => narrow({ languages })}
            />
            {chosen > 0 ? (
              <Button look="quiet" onClick={() => narrow({ repositories: [], languages: [] })}>
                Clear filters
              </Button>
            ) : null}
          </aside>
        ) : null}
        <div className="min-w-0">
          {view && view.asked.query === asked.query ? (
            view.repositories.length > 0 ? (
              <SearchResults
                view={view}
                isSearching={isSlow}
                list={list}
                onMore={(matches) => void search({ ...asked, matches }, "replace")}
              />
            ) : (
              <NoMatch view={view} />
            )
          ) : isSlow ? (
            <ResultsSkeleton />
          ) : null}
          {view || isSearching || problem ? null : (
            <RepositoryList
              facts={facts}
              onChoose={(name) => {
                setText(`repo:^${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$ `);
                field.current?.focus();
              }}
            />
          )}
        </div>
      </div>
    </div>
  );
}

const firstLimit = matchLimits[0];

/** True once something has lasted a while; what is over sooner shows no sign of waiting. */
function useLater(is: boolean, ms: number): boolean {
  const [isLater, setLater] = useState(false);
  useEffect(() => {
    if (!is) return setLater(false);
    const timer = setTimeout(() => setLater(true), ms);
    return () => clearTimeout(timer);
  }, [is, ms]);
  return is && isLater;
}
