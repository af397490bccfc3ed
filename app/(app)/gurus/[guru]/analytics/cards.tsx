import type { Figures, Overview } from "@/lib/features/analytics/overview";
import type { Interval } from "@/lib/features/analytics/schemas";
import {
  answerRatio,
  type Change,
  changeText,
  comparedWith,
  durationText,
  numberText,
  percentText,
  pointsText,
} from "./words";

interface Card {
  name: string;
  value: string;
  /** The same of the period before. */
  before: string;
  change: Change;
}

function cardsOf(now: Figures, before: Figures): Card[] {
  const ratio = [answerRatio(now), answerRatio(before)] as const;
  const count = (
    name: string,
    figure: "questions" | "unanswered" | "sources",
    good: "down" | null,
  ): Card => ({
    name,
    value: numberText(now[figure]),
    before: numberText(before[figure]),
    change: changeText(now[figure], before[figure], { good, words: ["more", "fewer"] }),
  });
  return [
    count("Questions", "questions", null),
    count("Unanswered", "unanswered", "down"),
    {
      name: "Answer ratio",
      value: percentText(ratio[0]),
      before: percentText(ratio[1]),
      change: pointsText(ratio[0], ratio[1]),
    },
    count("Referenced sources", "sources", null),
    {
      name: "Response time",
      value: durationText(now.responseMs),
      before: durationText(before.responseMs),
      change: changeText(now.responseMs, before.responseMs, { good: "down", words: ["slower", "faster"] }),
    },
  ];
}

/** The five figures of the range, each with its change. */
export function Cards({ now, before, interval }: Pick<Overview, "now" | "before"> & { interval: Interval }) {
  return (
    <section aria-label="Figures of the range">
      <dl className="analytics-cards">
        {cardsOf(now, before).map(({ name, value, before: earlier, change }) => (
          <div key={name} className="analytics-card">
            <dt>{name}</dt>
            <dd>
              <span className="analytics-value num">{value}</span>
              <span className={`analytics-change ${change.tone}`}>{change.text}</span>
              <span className="analytics-before num">
                {comparedWith(interval)}: {earlier}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
