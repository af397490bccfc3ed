"use client";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import { ActorSign, EmailText } from "./actor";
import type { FacetValue } from "./types";

const SHOWN_AT_MOST = 200;

type Props = {
  /** What one value is called, such as "users": for the search field. */
  plural: string;
  /** The heading over what was not chosen. */
  others: string;
  values: FacetValue[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
};

/**
 * A multiple-choice list with a search field that keeps the focus: arrows, Home and End move, Enter chooses,
 * Space chooses once an arrow has been used (before that it is a letter of the search), typing searches.
 */
export function FacetList({ plural, others, values, chosen, onChange }: Props) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState<number | null>(null);
  // Chosen values come first, as they were when the list opened: a row must not jump away under the pointer.
  const [chosenFirst] = useState(() => new Set(chosen));
  const found = useMemo(() => search(values, text, chosenFirst), [values, text, chosenFirst]);
  const shown = found.slice(0, SHOWN_AT_MOST);
  const split = shown.filter((each) => chosenFirst.has(each.value)).length;
  const isChosen = new Set(chosen);

  useEffect(() => {
    if (at !== null) list.current?.querySelector("[data-current]")?.scrollIntoView({ block: "nearest" });
  }, [at]);

  function toggle(value: string) {
    onChange(isChosen.has(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  }

  function onKeyDown(event: React.KeyboardEvent) {
    const last = shown.length - 1;
    const current = at === null ? undefined : shown[at];
    if (event.key === "ArrowDown") setAt(at === null || at >= last ? 0 : at + 1);
    else if (event.key === "ArrowUp") setAt(at === null || at <= 0 ? last : at - 1);
    else if (event.key === "Home") setAt(0);
    else if (event.key === "End") setAt(last);
    else if (event.key === "Enter" && (current || (text && shown[0])))
      toggle((current ?? shown[0])?.value ?? "");
    else if (event.key === " " && current) toggle(current.value);
    else return;
    event.preventDefault();
  }

  const option = (value: FacetValue, index: number) => (
    <Option
      key={value.value}
      id={`${id}-${index}`}
      value={value}
      chosen={isChosen.has(value.value)}
      current={index === at}
      onToggle={() => toggle(value.value)}
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
          aria-activedescendant={at === null ? undefined : `${id}-${at}`}
          placeholder={`Search ${plural}`}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(null);
          }}
          onKeyDown={onKeyDown}
        />
        <small>{found.length.toLocaleString("en-US")}</small>
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
        {shown.length === 0 ? (
          <p className="facet-none">{text ? "Nothing has this name." : "Nothing to choose from yet."}</p>
        ) : null}
        {found.length > shown.length ? (
          <p className="facet-none">
            {(found.length - shown.length).toLocaleString("en-US")} more: type a part of the name to see them.
          </p>
        ) : null}
      </div>
    </>
  );
}

type OptionProps = { id: string; value: FacetValue; chosen: boolean; current: boolean; onToggle: () => void };

function Option({ id, value, chosen, current, onToggle }: OptionProps) {
  const person = value.actorType === "user" || value.actorType === "api_key";
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the search field, which names the active option
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search field handles the keys
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      aria-label={value.label}
      aria-describedby={value.count === null ? undefined : `${id}-count`}
      className="opt"
      data-current={current || undefined}
      data-value={value.value}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onToggle}
    >
      <span className="opt-box">
        <Icon name="check" />
      </span>
      <span className={value.actorType && !person ? "who soft" : "who"}>
        {value.actorType ? <ActorSign type={value.actorType} email={value.label} /> : null}
        <span className="cut">
          {person ? <EmailText email={value.label} /> : <VisibleText text={value.label} />}
        </span>
      </span>
      {value.count === null ? null : (
        <span className="opt-count" id={`${id}-count`}>
          {value.count.toLocaleString("en-US")}
          <span className="sr-only"> {value.count === 1 ? "event" : "events"}</span>
        </span>
      )}
    </div>
  );
}

function search(values: FacetValue[], text: string, first: ReadonlySet<string>): FacetValue[] {
  const needle = text.trim().toLowerCase();
  const found = needle ? values.filter((value) => value.label.toLowerCase().includes(needle)) : values;
  return [
    ...found.filter((each) => first.has(each.value)),
    ...found.filter((each) => !first.has(each.value)),
  ];
}
