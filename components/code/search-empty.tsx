import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Skeleton } from "@/components/ui/skeleton";
import { VisibleText } from "@/components/visible-text/visible-text";
import { endedText } from "./search-counts";
import type { SearchPageFacts, SearchView } from "./search-types";

/** Nothing can be searched yet: why, and what to do. Null when something can be. */
export function NothingToSearch({ facts }: { facts: SearchPageFacts }) {
  const { repositories, ownGurus } = facts;
  if (repositories.length === 0) {
    const [guru] = ownGurus;
    return (
      <EmptyState
        title="No repository to search yet"
        actions={
          guru ? (
            <ButtonLink
              look="primary"
              href={ownGurus.length === 1 ? `/gurus/${guru.slug}/data-sources` : "/gurus"}
            >
              {ownGurus.length === 1 ? "Open its data sources" : "Open the gurus"}
            </ButtonLink>
          ) : undefined
        }
      >
        {guru
          ? "Add a git repository to the data sources of a guru. Its files can be searched as soon as they are indexed."
          : "The repositories of gurus in which you have a role stand here. Ask the maintainer of a guru to add you."}
      </EmptyState>
    );
  }
  if (repositories.some((repository) => repository.isIndexed)) return null;
  const problems = repositories.filter((repository) => repository.problem !== null);
  return (
    <EmptyState title={problems.length > 0 ? "No repository could be indexed" : "Being indexed"}>
      {problems.length > 0
        ? "What went wrong stands beside each repository below. Mend it in the data sources of its guru, then have it read again."
        : "The repositories are being read for the first time. Come back in a moment."}
    </EmptyState>
  );
}

/** Nothing matched. */
export function NoMatch({ view }: { view: SearchView }) {
  const { repositories, languages } = view.asked;
  const isNarrowed = repositories.length + languages.length > 0;
  const ended = endedText(view, false);
  if (ended !== null)
    return (
      <EmptyState
        title={
          view.endedBy === "index" ? "Nothing found, and not everything is indexed" : "Nothing found in time"
        }
      >
        {ended}
      </EmptyState>
    );
  return (
    <EmptyState title="Nothing matches">
      {isNarrowed
        ? "Nothing in the chosen repositories and languages matches. Choose others, or fewer filters."
        : "Check the spelling, try fewer terms, or write case:no to leave upper and lower case aside."}
    </EmptyState>
  );
}

/** The repositories that can be searched, where no search was made yet. */
export function RepositoryList({
  facts,
  onChoose,
}: {
  facts: SearchPageFacts;
  onChoose: (repository: string) => void;
}) {
  if (facts.repositories.length === 0) return null;
  return (
    <section className="cs-known" aria-labelledby="cs-known">
      <h2 id="cs-known">Repositories you can search</h2>
      <ul>
        {facts.repositories.map((repository) => (
          <li key={`${repository.guru.slug} ${repository.name}`}>
            <button type="button" className="mono link cut" onClick={() => onChoose(repository.name)}>
              <VisibleText text={repository.name} />
            </button>
            <span className="cut">
              <VisibleText text={repository.guru.name} />
            </span>
            <span className="cs-known-state">
              {repository.problem ? (
                <span className="text-red-fg">
                  <VisibleText text={repository.problem} />
                </span>
              ) : repository.isIndexed && !repository.isOutdated ? (
                "Indexed"
              ) : (
                "Being indexed"
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Lines in grey while the first results are on their way. */
export function ResultsSkeleton() {
  return (
    <div className="cs-waiting" role="status">
      <span className="sr-only">Searching</span>
      {["w-[46%]", "w-[72%]", "w-[64%]", "w-[38%]", "w-[80%]", "w-[55%]"].map((width) => (
        <Skeleton key={width} className={width} />
      ))}
    </div>
  );
}
