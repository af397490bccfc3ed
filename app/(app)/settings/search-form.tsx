import { TextField } from "@/components/forms/fields";
import { Button } from "@/components/ui/button";

/** A search of a list by the address of the page: it works without scripts, and nothing is recorded of it. */
export function SearchForm({
  action,
  search,
  hidden = {},
  label = "Name or address",
  shortest,
}: {
  action: string;
  /** What is searched for now. */
  search: string;
  /** Further parameters of the address. */
  hidden?: Record<string, string>;
  /** What is searched. */
  label?: string;
  /** Characters that a search has at least; any number when left out. */
  shortest?: number;
}) {
  return (
    <search>
      <form method="get" action={action} className="mb-3 flex max-w-[480px] items-end gap-2">
        {Object.entries(hidden).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <div className="min-w-0 flex-1">
          <TextField
            name="search"
            label={label}
            defaultValue={search}
            minLength={shortest}
            maxLength={320}
            autoComplete="off"
          />
        </div>
        <Button type="submit" className="mb-4 h-9">
          Search
        </Button>
      </form>
    </search>
  );
}
