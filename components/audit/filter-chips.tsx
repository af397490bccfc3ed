"use client";
import { Fragment } from "react";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import { FACET_NAMES, labelsOf } from "./facet-names";
import { FILTER_PARTS, type FilterDraft, type FilterPart, hasPart, samePart } from "./filter-draft";
import type { AddressKey } from "./filter-url";
import { rangeText } from "./range-text";
import type { AppliedFilter, AuditFacets, FacetKey } from "./types";

const SHOWN_VALUES = 4;
/** Filters that only an address brings: what is applied is shown all the same. */
const ADDRESS_NAMES: Record<AddressKey, string> = { action: "Action", target: "Target", ip: "IP Address" };

type Props = { filter: FilterDraft; facets: AuditFacets; timeZone: string };

/** One chip a part: what is applied, what waits to be, what waits to be removed. Nothing, no row of chips. */
export function FilterChips({ filter, facets, timeZone }: Props) {
  const shown = FILTER_PARTS.filter((part) => hasPart(filter.draft, part) || hasPart(filter.applied, part));
  if (shown.length === 0) return null;
  return (
    <ul className="chips" aria-label="Applied filters">
      {shown.map((part) => (
        <Chip key={part} part={part} filter={filter} facets={facets} timeZone={timeZone} />
      ))}
    </ul>
  );
}

function Chip({ part, filter, facets, timeZone }: Props & { part: FilterPart }) {
  const removed = !hasPart(filter.draft, part);
  const pending = !samePart(filter.draft, filter.applied, part);
  const values = valuesOf(removed ? filter.applied : filter.draft, part, facets, timeZone);
  const hidden = values.length - SHOWN_VALUES;
  const name = partName(part);
  return (
    <li className={`chip${pending ? " pending" : ""}${removed ? " removed" : ""}`}>
      <span className="chip-name">{name}</span>
      <span className={`chip-values cut${part === "q" ? " mono" : ""}`} title={values.join(", ")}>
        {values.slice(0, SHOWN_VALUES).map((value, index) => (
          <Fragment key={value}>
            {index > 0 ? <span className="chip-sep">, </span> : null}
            <VisibleText text={value} />
          </Fragment>
        ))}
        {hidden > 0 ? <span className="chip-sep"> and {hidden} more</span> : null}
      </span>
      {pending ? (
        <span className="chip-note">{removed ? "removal not applied yet" : "not applied yet"}</span>
      ) : null}
      <button
        type="button"
        className="chip-x"
        aria-label={removed ? `Keep filter ${name}` : `Remove filter ${name}`}
        title={removed ? "Keep this filter" : "Remove this filter"}
        onClick={() => (removed ? filter.restore(part) : filter.clear(part))}
      >
        <Icon name={removed ? "plus" : "close"} />
      </button>
    </li>
  );
}

function partName(part: FilterPart): string {
  if (part === "time") return "Time";
  if (part === "q") return "Search";
  return part in ADDRESS_NAMES ? ADDRESS_NAMES[part as AddressKey] : FACET_NAMES[part as FacetKey].label;
}

function valuesOf(filter: AppliedFilter, part: FilterPart, facets: AuditFacets, timeZone: string): string[] {
  if (part === "time") return [rangeText(filter, timeZone)];
  if (part === "q") return [filter.q ?? ""];
  return part in ADDRESS_NAMES
    ? (filter[part] ?? [])
    : labelsOf(facets, part as FacetKey, filter[part] ?? []);
}
