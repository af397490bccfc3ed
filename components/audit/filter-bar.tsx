"use client";
import { type RefObject, useState } from "react";
import { Button } from "@/components/ui/button";
import { useHotkey } from "@/components/ui/hotkey";
import { useTypedBefore } from "@/components/ui/hydrated";
import { Icon } from "@/components/ui/icon";
import { Kbd } from "@/components/ui/kbd";
import { ExportMenu, type ExportMenuProps } from "./export-menu";
import { type FacetLookup, listLookup } from "./facet-lookup";
import { FacetMenu } from "./facet-menu";
import { FILTER_PARTS, type FilterDraft, hasPart, samePart } from "./filter-draft";
import { FilterSheet } from "./filter-sheet";
import { filterToSearchParams } from "./filter-url";
import { RangeMenu } from "./range-menu";
import type { FacetKey } from "./types";

type Props = {
  filter: FilterDraft;
  lookup: FacetLookup;
  /** The filters of this scope, in order. */
  keys: readonly FacetKey[];
  timeZone: string;
  now: string;
  searchRef: RefObject<HTMLInputElement | null>;
  exporting: ExportMenuProps;
  onApply: () => void;
  onReset: () => void;
};

/** Nothing here changes the results but Apply and Reset. */
export function FilterBar(props: Props) {
  const { filter, lookup, keys, timeZone, now, searchRef } = props;
  const [sheetOpen, setSheetOpen] = useState(false);
  const partsChosen = FILTER_PARTS.filter((part) => part !== "q" && hasPart(filter.draft, part)).length;
  useTypedBefore(searchRef, filter.draft.q ?? "", (typed) => filter.change({ q: typed || undefined }));
  useHotkey({ key: "/" }, () => searchRef.current?.focus());

  return (
    <search>
      <form
        className="bar"
        method="get"
        onSubmit={(event) => {
          event.preventDefault();
          if (filter.pending) props.onApply();
        }}
      >
        {/* Before hydration, Apply sends these: the search then works and the chosen filters stay. */}
        {[...filterToSearchParams({ ...filter.draft, q: undefined })].map(([name, value]) => (
          <input key={`${name}=${value}`} type="hidden" name={name} value={value} />
        ))}
        <div className="bar-filters">
          <RangeMenu
            range={filter.draft}
            pending={!samePart(filter.draft, filter.applied, "time")}
            timeZone={timeZone}
            now={now}
            onChange={filter.change}
          />
          <span className="vr" />
          {keys.map((key) => (
            <FacetMenu
              key={key}
              facet={key}
              values={lookup.facets[key]}
              chosen={filter.draft[key]}
              lookup={listLookup(lookup, key)}
              pending={!samePart(filter.draft, filter.applied, key)}
              onChange={(chosen) => filter.change({ [key]: chosen })}
            />
          ))}
        </div>
        <label className={samePart(filter.draft, filter.applied, "q") ? "search" : "search pend"}>
          <Icon name="search" />
          <span className="sr-only">Search events</span>
          <input
            ref={searchRef}
            type="search"
            name="q"
            maxLength={200}
            autoComplete="off"
            spellCheck={false}
            placeholder="Search objects, users, addresses"
            value={filter.draft.q ?? ""}
            onChange={(event) => filter.change({ q: event.target.value || undefined })}
          />
          <Kbd>/</Kbd>
        </label>
        <Button className="only-phone" aria-haspopup="dialog" onClick={() => setSheetOpen(true)}>
          <Icon name="funnel" />
          Filters
          {partsChosen > 0 ? <span className="btn-count">{partsChosen}</span> : null}
        </Button>
        <Button look="quiet" className="wide-only" onClick={props.onReset}>
          Reset
        </Button>
        <Button
          type="submit"
          className={filter.pending ? "apply" : "apply wide-only"}
          data-pending={filter.pending}
          aria-disabled={filter.pending ? undefined : true}
        >
          Apply
        </Button>
        <span className="vr" />
        <span className="wide-only">
          <ExportMenu {...props.exporting} />
        </span>
      </form>
      {sheetOpen ? (
        <FilterSheet
          filter={filter}
          lookup={lookup}
          keys={keys}
          timeZone={timeZone}
          onApply={props.onApply}
          onReset={props.onReset}
          onClose={() => setSheetOpen(false)}
        />
      ) : null}
    </search>
  );
}
