import { SelectField, TextField } from "@/components/forms/fields";
import type { IntegrationType } from "@/lib/access/integration-types";
import { contentTypes, intervals, maxQuery, ranges } from "@/lib/features/backfill-jobs/schemas";
import { serviceWords } from "@/lib/features/backfill-jobs/service-words";

/** What a job of a service asks for, and how often. */
export function QueryFields({
  type,
  values = {},
}: {
  type: IntegrationType;
  values?: { query?: string; contentType?: string | null; days?: number | null; intervalHours?: number };
}) {
  const words = serviceWords[type];
  const isChannel = type === "SLACK" || type === "DISCORD";
  return (
    <>
      {type === "ZENDESK" ? (
        <SelectField
          name="contentType"
          label="What is read"
          options={Object.entries(contentTypes).map(([value, label]) => ({ value, label }))}
          defaultValue={values.contentType ?? "tickets"}
        />
      ) : null}
      <TextField
        name="query"
        label={words.query}
        hint={words.hint}
        placeholder={words.example}
        defaultValue={values.query}
        maxLength={maxQuery}
        autoComplete="off"
        spellCheck={false}
        className="mono"
      />
      {isChannel ? (
        <TextField
          name="days"
          label="Days back"
          hint="How far back the channel is read."
          type="number"
          inputMode="numeric"
          min={ranges.least}
          max={ranges.most}
          defaultValue={values.days ?? ranges.usual}
          className="max-w-[160px]"
        />
      ) : null}
      <TextField
        name="intervalHours"
        label="Hours between two runs"
        hint="At least one."
        type="number"
        inputMode="numeric"
        min={intervals.least}
        max={intervals.most}
        defaultValue={values.intervalHours ?? intervals.usual}
        className="max-w-[160px]"
      />
    </>
  );
}
