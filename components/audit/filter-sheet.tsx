"use client";
import { useId } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { Modal } from "@/components/ui/modal";
import { FacetList } from "./facet-list";
import { type FacetLookup, listLookup } from "./facet-lookup";
import { FACET_NAMES, withChosen } from "./facet-names";
import type { FilterDraft } from "./filter-draft";
import { RangeFields } from "./range-fields";
import type { FacetKey } from "./types";

type Props = {
  filter: FilterDraft;
  lookup: FacetLookup;
  keys: readonly FacetKey[];
  timeZone: string;
  onApply: () => void;
  onReset: () => void;
  onClose: () => void;
};

/** The filters on the phone: one fold each, Apply at the bottom. */
export function FilterSheet({ filter, lookup, keys, timeZone, onApply, onReset, onClose }: Props) {
  const titleId = useId();
  return (
    <Modal labelledBy={titleId} className="sheet bottom" onClose={onClose}>
      <div className="sh-top">
        <h2 id={titleId}>Filters</h2>
        <span className="flex-1" />
        <IconButton label="Close" onClick={onClose}>
          <Icon name="close" />
        </IconButton>
      </div>
      <div className="filter-sheet-body">
        <Fold name="Time" count={filter.draft.since || filter.draft.until ? 1 : 0}>
          <RangeFields range={filter.draft} timeZone={timeZone} onChange={filter.change} />
        </Fold>
        {keys.map((key) => (
          <Fold key={key} name={FACET_NAMES[key].label} count={filter.draft[key].length}>
            <FacetList
              plural={FACET_NAMES[key].plural}
              others={FACET_NAMES[key].others}
              values={withChosen(lookup.facets[key], filter.draft[key])}
              chosen={filter.draft[key]}
              lookup={listLookup(lookup, key)}
              onChange={(chosen) => filter.change({ [key]: chosen })}
            />
          </Fold>
        ))}
      </div>
      <div className="dlg-foot border-t border-line">
        <Button
          look="quiet"
          className="mr-auto"
          onClick={() => {
            onClose();
            onReset();
          }}
        >
          Reset
        </Button>
        <Button
          className="apply"
          data-pending={filter.pending}
          aria-disabled={filter.pending ? undefined : true}
          onClick={() => {
            onClose();
            if (filter.pending) onApply();
          }}
        >
          Apply
        </Button>
      </div>
    </Modal>
  );
}

function Fold({ name, count, children }: { name: string; count: number; children: React.ReactNode }) {
  return (
    <details className="filter-sheet-group">
      <summary>
        {name}
        {count > 0 ? <span className="btn-count">{count}</span> : null}
        <Icon name="chevron-down" />
      </summary>
      {children}
    </details>
  );
}
