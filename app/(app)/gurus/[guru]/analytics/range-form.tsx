import { SelectField, TextField } from "@/components/forms/fields";
import { Button, ButtonLink } from "@/components/ui/button";
import { type AnalyticsAddress, doorNames, intervals } from "@/lib/features/analytics/schemas";
import { analyticsHref, chosenParameters } from "./address";

const options = (names: Record<string, string>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }));

/** Chooses the range and the door by the address of the page: it works without scripts, and nothing is recorded of it. */
export function RangeForm({
  slug,
  asked,
  days,
}: {
  slug: string;
  asked: AnalyticsAddress;
  /** First and last day that are shown now, where a range of one's own begins. */
  days: { from: string; to: string };
}) {
  const isNarrowed = Object.keys(chosenParameters(asked)).length > 0;
  return (
    <search>
      <form
        method="get"
        action={analyticsHref(slug, {})}
        aria-label="Range of the analytics"
        className="analytics-range"
      >
        {asked.table === "questions" ? null : <input type="hidden" name="table" value={asked.table} />}
        <div className="w-[160px]">
          <SelectField
            name="interval"
            label="Range"
            options={options(intervals)}
            defaultValue={asked.interval}
          />
        </div>
        <div className="analytics-days">
          <TextField name="from" label="First day" type="date" defaultValue={asked.from ?? days.from} />
          <TextField name="to" label="Last day" type="date" defaultValue={asked.to ?? days.to} />
        </div>
        <div className="w-[150px]">
          <SelectField
            name="door"
            label="Asked through"
            options={[{ value: "", label: "Any way" }, ...options(doorNames)]}
            defaultValue={asked.door ?? ""}
          />
        </div>
        <div className="mb-4 flex gap-2">
          <Button type="submit" className="h-9">
            Apply
          </Button>
          {isNarrowed ? (
            <ButtonLink href={analyticsHref(slug, {})} look="quiet" className="h-9">
              Reset
            </ButtonLink>
          ) : null}
        </div>
      </form>
    </search>
  );
}
