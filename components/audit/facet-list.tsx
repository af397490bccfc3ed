"use client";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Icon } from "@/components/ui/icon";
import { type ListLookup, withValues } from "./facet-lookup";
import { FacetOption } from "./facet-option";
import { FacetStatus } from "./facet-status";
import type { FacetValue } from "./types";
import { type FacetSearch, useFacetSearch } from "./use-facet-search";

const SHOWN_AT_MOST = 200;

type Props = {
  /** What one value is called, such as "users": for the search field. */
  plural: string;
  /** The heading over what was not chosen. */
  others: string;
  values: FacetValue[];
  chosen: string[];
  lookup: ListLookup;
  onChange: (chosen: string[]) => void;
};

/**
 * A multiple-choice list with a search field that keeps the focus: arrows, Home and End move, Enter chooses,
 * Space chooses once an arrow has been used (before that it is a letter of the search), typing searches, on the server
 * where the page has not every value.
 */
export function FacetList({ plural, others, values, chosen, lookup, onChange }: Props) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  // By its value: the list grows under it when the server answers.
  const [current, setCurrent] = useState<string | null>(null);
  // Chosen values come first, as they were when the list opened: a row must not jump away under the pointer.
  const [chosenFirst] = useState(() => new Set(chosen));
  const searched = useFacetSearch(lookup, text.trim());
  const known = searched.state === "found" ? withValues(values, searched.values) : values;
  const answered = searched.state === "found" ? searched.values : null;
  const found = useMemo(
    () => search(known, text, chosenFirst, answered),
    [known, text, chosenFirst, answered],
  );
  const shown = found.slice(0, SHOWN_AT_MOST);
  const split = shown.filter((each) => chosenFirst.has(each.value)).length;
  const isChosen = new Set(chosen);
  const at = shown.findIndex((each) => each.value === current);

  useEffect(() => {
    if (current !== null) list.current?.querySelector("[data-current]")?.scrollIntoView({ block: "nearest" });
  }, [current]);

  function toggle(value: FacetValue) {
    if (!values.includes(value)) lookup.remember(value);
    onChange(
      isChosen.has(value.value) ? chosen.filter((each) => each !== value.value) : [...chosen, value.value],
    );
  }

  function onKeyDown(event: React.KeyboardEvent) {
    const last = shown.length - 1;
    const move = (to: number) => setCurrent(shown[to]?.value ?? null);
    const active = shown[at] ?? (event.key === "Enter" && text ? shown[0] : undefined);
    if (event.key === "ArrowDown") move(at >= last ? 0 : at + 1);
    else if (event.key === "ArrowUp") move(at <= 0 ? last : at - 1);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(last);
    else if ((event.key === "Enter" || event.key === " ") && active) toggle(active);
    else return;
    event.preventDefault();
  }

  const option = (value: FacetValue, index: number) => (
    <FacetOption
      key={value.value}
      id={`${id}-${index}`}
      value={value}
      chosen={isChosen.has(value.value)}
      current={index === at}
      onToggle={() => toggle(value)}
    />
  );

  return (
    <>
      <div className="facet-search">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label={`Search ${plural}`}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={at < 0 ? undefined : `${id}-${at}`}
          placeholder={`Search ${plural}`}
          autoComplete="off"
          maxLength={200}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setCurrent(null);
          }}
          onKeyDown={onKeyDown}
        />
        <small>{countText(found.length, text ? searched : lookup.more)}</small>
      </div>
      <div
        ref={list}
        className="facet-list"
        role="listbox"
        id={`${id}-list`}
        aria-multiselectable="true"
        aria-label={`Choose ${plural}`}
        tabIndex={-1}
      >
        {split > 0 ? (
          <div role="presentation" className="facet-group">
            Chosen
          </div>
        ) : null}
        {shown.slice(0, split).map(option)}
        {split > 0 && shown.length > split ? (
          <div role="presentation" className="facet-group">
            {others}
          </div>
        ) : null}
        {shown.slice(split).map((value, index) => option(value, split + index))}
      </div>
      <FacetStatus
        text={text.trim()}
        searched={searched}
        shown={shown.length}
        left={found.length - shown.length + (text.trim() ? 0 : lookup.more)}
      />
    </>
  );
}

function countText(found: number, rest: number | FacetSearch): string {
  if (typeof rest === "number") return (found + rest).toLocaleString("en-US");
  const isAll = rest.state === "off" || (rest.state === "found" && !rest.more);
  return `${found.toLocaleString("en-US")}${isAll ? "" : "+"}`;
}

/** @param answered what the server found, in its order; null where the page's own values are searched */
function search(
  values: FacetValue[],
  text: string,
  first: ReadonlySet<string>,
  answered: FacetValue[] | null,
): FacetValue[] {
  const needle = text.trim().toLowerCase();
  const isAnswer = new Set(answered?.map((each) => each.value));
  const found = needle
    ? values.filter((each) => isAnswer.has(each.value) || each.label.toLowerCase().includes(needle))
    : values;
  return [
    ...found.filter((each) => first.has(each.value)),
    ...found.filter((each) => !first.has(each.value)),
  ];
}
