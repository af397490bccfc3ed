import { SelectField, TextField } from "@/components/forms/fields";
import { Button, ButtonLink } from "@/components/ui/button";
import {
  maxTitle,
  type SourceListQuery,
  sourceKinds,
  sourceStatuses,
} from "@/lib/features/data-sources/schemas";

const options = (all: string, names: Record<string, string>) => [
  { value: "", label: all },
  ...Object.entries(names).map(([value, label]) => ({ value, label })),
];

/** Narrows the list by the address of the page: it works without scripts, and nothing is recorded of it. */
export function SourceFilter({ action, asked }: { action: string; asked: SourceListQuery }) {
  const isNarrowed = Boolean(asked.kind || asked.status || asked.search);
  return (
    <search>
      <form
        method="get"
        action={action}
        aria-label="Filter the sources"
        className="flex flex-wrap items-end gap-x-3"
      >
        <div className="w-[200px] max-md:w-full">
          <TextField
            name="search"
            label="Find by name"
            type="search"
            defaultValue={asked.search ?? ""}
            maxLength={maxTitle}
            autoComplete="off"
          />
        </div>
        <div className="w-[150px]">
          <SelectField
            name="kind"
            label="Type"
            options={options("All types", sourceKinds)}
            defaultValue={asked.kind ?? ""}
          />
        </div>
        <div className="w-[150px]">
          <SelectField
            name="status"
            label="Status"
            options={options("Any status", sourceStatuses)}
            defaultValue={asked.status ?? ""}
          />
        </div>
        <div className="mb-4 flex gap-2">
          <Button type="submit" className="h-9">
            Apply
          </Button>
          {isNarrowed ? (
            <ButtonLink href={action} look="quiet" className="h-9">
              Reset
            </ButtonLink>
          ) : null}
        </div>
      </form>
    </search>
  );
}
