import { Button } from "@/components/ui/button";
import { ChartLegend } from "./legend";

/** The room of the chart while counting goes on: nothing moves when it comes. */
export function ChartWaiting() {
  return (
    <section className="chart" aria-label="Activity per day" aria-busy="true">
      <ChartLegend counts={null} exact />
      <div className="chart-plot">
        <div className="chart-area">
          <span className="chart-empty skeleton" />
        </div>
        <p className="sr-only">Counting events</p>
      </div>
    </section>
  );
}

/** The room of the chart when counting failed. The rows below stand all the same. */
export function ChartFailed({ onRetry }: { onRetry: () => void }) {
  return (
    <section className="chart chart-failed" aria-label="Activity per day">
      <p role="alert">
        Could not be counted <Button onClick={onRetry}>Retry</Button>
      </p>
    </section>
  );
}
