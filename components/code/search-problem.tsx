import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { queryAround } from "./search-counts";
import type { SearchProblem } from "./use-code-search";

/** What is wrong, with its place in the query marked; or that there is no answer, with a way to try again. */
export function SearchProblemText({
  id,
  query,
  problem,
  onRetry,
}: {
  id: string;
  query: string;
  problem: SearchProblem;
  onRetry: () => void;
}) {
  const around = problem.position === null ? null : queryAround(query, problem.position);
  return (
    <div className="cs-problem" role="alert">
      <Icon name="alert" />
      <div className="min-w-0">
        <p id={id}>{problem.message}</p>
        {around ? (
          <pre className="mono" aria-hidden="true">
            {around.text}
            {"\n"}
            {" ".repeat(around.caret)}
            <span className="cs-caret">^</span>
          </pre>
        ) : null}
      </div>
      {problem.isOfQuery ? null : (
        <Button className="ml-auto" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
