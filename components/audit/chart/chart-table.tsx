"use client";
import { useId } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { Modal } from "@/components/ui/modal";
import type { AuditHistogram } from "../types";
import type { DaySpan } from "./days";
import { CHART_TYPES, sumOf } from "./scale";
import { dateText, numberText, summaryText, TYPE_NAMES } from "./words";

type Props = {
  histogram: AuditHistogram;
  /** The days of the applied range; null without one. */
  chosen: DaySpan | null;
  onClose: () => void;
};

/** The chart as a table: newest day first. */
export function ChartTable({ histogram, chosen, onClose }: Props) {
  const titleId = useId();
  const { days, exact } = histogram;
  return (
    <Modal labelledBy={titleId} className="dlg chart-dlg" onClose={onClose}>
      <div className="sh-top">
        <h2 id={titleId}>Activity per day</h2>
        <span className="flex-1" />
        <IconButton label="Close" onClick={onClose}>
          <Icon name="close" />
        </IconButton>
      </div>
      <p className="dlg-body">{summaryText(histogram)} The time range of the filter does not change it.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="chart-table" aria-label="Days, scrollable" tabIndex={0}>
        <table aria-label="Events per day">
          <thead>
            <tr>
              <th scope="col">Day (UTC)</th>
              {CHART_TYPES.map((type) => (
                <th key={type} scope="col">
                  {TYPE_NAMES[type]}
                </th>
              ))}
              <th scope="col">All</th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map(({ day, counts }, index) => (
              <tr
                key={day}
                data-day={day}
                className={isIn(chosen, days.length - 1 - index) ? "in" : undefined}
              >
                <th scope="row">{dateText(day)}</th>
                {CHART_TYPES.map((type) => (
                  <td key={type}>{numberText(counts[type], exact || counts[type] === 0)}</td>
                ))}
                <td>{numberText(sumOf(counts), exact)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div className="dlg-foot">
        <Button data-autofocus onClick={onClose}>
          Close
        </Button>
      </div>
    </Modal>
  );
}

function isIn(span: DaySpan | null, index: number): boolean {
  return span !== null && index >= span.from && index <= span.to;
}
