"use client";
import { useId, useMemo, useState } from "react";
import { cn } from "@/components/ui/class-names";
import { Icon } from "@/components/ui/icon";
import type { FilterDraft } from "../filter-draft";
import type { AuditHistogram } from "../types";
import { ChartAxis } from "./axis";
import { Bars } from "./bars";
import { BrushEnds, BrushTint } from "./brush-ends";
import { ChartTable } from "./chart-table";
import { coverageOf, isOpen } from "./days";
import { ChartLegend } from "./legend";
import { highestOf, topOf } from "./scale";
import { useBrush } from "./use-brush";
import { summaryText } from "./words";

type Props = {
  histogram: AuditHistogram;
  filter: FilterDraft;
  /** Whether it is about to be replaced. */
  dim: boolean;
};

/** Events a day over the period kept. Its brush chooses the time range; nothing changes before Apply. */
export function ActivityChart({ histogram, filter, dim }: Props) {
  const { days, inRange, exact } = histogram;
  const names = useMemo(() => days.map(({ day }) => day), [days]);
  const top = useMemo(() => topOf(highestOf(days)), [days]);
  const { since, until } = filter.applied;
  const applied = useMemo(() => coverageOf(names, { since, until })?.span ?? null, [names, since, until]);
  const brush = useBrush(names, (histogram.earlier ?? 0) > 0, filter);
  const [isTable, setTable] = useState(false);
  const hintId = useId();
  return (
    <section className="chart" aria-label="Activity per day" aria-busy={dim} data-dim={dim}>
      <p className="sr-only">{summaryText(histogram)}</p>
      <ChartLegend counts={inRange} exact={exact} />
      <div className="chart-plot">
        <div className={cn("chart-area", brush.isRange && "chosen")} {...brush.plot}>
          <BrushTint days={names} {...brush} />
          <span className="chart-top" aria-hidden="true">
            <span>{top.toLocaleString("en-US")}</span>
          </span>
          <Bars days={days} top={top} applied={applied} exact={exact} />
          <BrushEnds days={names} describedBy={hintId} {...brush} />
        </div>
        <ChartAxis days={names} brush={brush.isRange ? (brush.coverage?.span ?? null) : null} />
        {exact ? null : <p className="chart-note">At least: counting was stopped at its deadline</p>}
      </div>
      <p id={hintId} className="sr-only">
        Days in UTC. Arrow keys move by a day, Page Up and Page Down by a week. Apply then shows the events;
        Escape takes the range back.
      </p>
      <button type="button" className="chart-more" aria-haspopup="dialog" onClick={() => setTable(true)}>
        <Icon name="grid" />
        <span className="sr-only">Show as table</span>
      </button>
      {isTable ? (
        <ChartTable
          histogram={histogram}
          chosen={isOpen(filter.applied) ? null : applied}
          onClose={() => setTable(false)}
        />
      ) : null}
    </section>
  );
}
