import type { Analytics } from "@/lib/features/analytics/queries";
import { doorNames } from "@/lib/features/analytics/schemas";
import { ColumnChart } from "./column-chart";
import { durationText, numberText } from "./words";

/** What was asked, and how fast it was answered, over the range. */
export function Charts({
  analytics,
  timeZone,
}: {
  analytics: Pick<Analytics, "columns" | "period" | "now" | "doors">;
  timeZone: string;
}) {
  const { columns, period, now, doors } = analytics;
  const time = { starts: period.starts, grain: period.grain, timeZone };
  const through = doors.map(({ door, questions }) => `${numberText(questions)} by ${doorNames[door]}`);
  return (
    <div className="analytics-charts">
      <ColumnChart
        {...time}
        title={`Questions by ${period.grain}`}
        summary={`${numberText(now.questions)} in all: ${through.join(", ")}.`}
        series={[
          { name: "Answered", tone: "answered", values: columns.map((c) => c.answered) },
          { name: "Unanswered", tone: "unanswered", values: columns.map((c) => c.unanswered) },
        ]}
        format={(value) => numberText(value ?? 0)}
      />
      <ColumnChart
        {...time}
        title={`Response time by ${period.grain}`}
        summary={`Mean from the question to the end of the answer, of those that were answered: ${durationText(now.responseMs)}.`}
        series={[{ name: "Response time", tone: "time", values: columns.map((c) => c.responseMs) }]}
        format={durationText}
      />
    </div>
  );
}
