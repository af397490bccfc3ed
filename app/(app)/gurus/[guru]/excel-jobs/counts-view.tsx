import { VisibleText } from "@/components/visible-text/visible-text";
import type { QuestionCounts } from "@/lib/features/excel-jobs/schemas";

/** What a job would ask, before it is started. */
export function CountsView({ counts }: { counts: QuestionCounts }) {
  const { questions, answersToFill, rowsToSkip, examples } = counts;
  const figures = [
    ["Questions found", questions],
    ["Answers to fill in", answersToFill],
    ["Rows skipped, as they are filled", rowsToSkip],
  ] as const;
  return (
    <section
      role="status"
      className="mb-4 rounded-control border border-line p-3"
      aria-label="What will be asked"
    >
      <dl className="grid gap-x-6 gap-y-1 text-sm md:grid-cols-3">
        {figures.map(([name, figure]) => (
          <div key={name}>
            <dt className="text-fg-2 text-xs">{name}</dt>
            <dd className="num">{figure.toLocaleString("en-US")}</dd>
          </div>
        ))}
      </dl>
      {answersToFill === 0 ? (
        <p className="mt-2 text-sm">There is nothing to fill in. Choose another sheet or other columns.</p>
      ) : (
        <ol className="mt-2 list-decimal pl-5 text-fg-2 text-xs" aria-label="First questions">
          {examples.map((question, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two questions may be the same
            <li key={index} className="[overflow-wrap:anywhere]">
              <VisibleText text={question} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
