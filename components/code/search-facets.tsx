"use client";
import { useState } from "react";
import { visibleString } from "@/components/visible-text/tokens";
import type { FacetView } from "./search-types";

const shownAtFirst = 8;

/**
 * Repositories or languages to choose among. The boxes belong to the search's form, so that its button sends them where
 * there are no scripts.
 */
export function SearchFacet({
  form,
  name,
  title,
  values,
  chosen,
  onChange,
}: {
  form: string;
  name: "repo" | "lang";
  title: string;
  values: readonly FacetView[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  const [isWhole, setWhole] = useState(false);
  const known = new Set(values.map((each) => each.value));
  // What was chosen and found nothing must still be there to be taken back.
  const missing = chosen.filter((value) => !known.has(value));
  const all = [...missing.map((value) => ({ value, label: value, files: 0, matches: 0 })), ...values];
  const shown = isWhole
    ? all
    : all.filter((each, index) => index < shownAtFirst || chosen.includes(each.value));
  if (all.length === 0) return null;
  return (
    <fieldset className="cs-facet">
      <legend>{title}</legend>
      {shown.map((each) => (
        <label key={each.value} className="cs-facet-value" title={visibleString(each.value)}>
          <input
            type="checkbox"
            className="check"
            form={form}
            name={name}
            value={each.value}
            checked={chosen.includes(each.value)}
            onChange={(event) =>
              onChange(
                event.target.checked
                  ? [...chosen, each.value].sort()
                  : chosen.filter((value) => value !== each.value),
              )
            }
          />
          <span className="cut">{visibleString(labelOf(name, each.label))}</span>
          <span className="opt-count">{each.matches > 0 ? each.matches.toLocaleString("en-US") : ""}</span>
        </label>
      ))}
      {all.length > shown.length ? (
        <button type="button" className="cs-more" onClick={() => setWhole(true)}>
          Show all {all.length.toLocaleString("en-US")}
        </button>
      ) : null}
    </fieldset>
  );
}

/** Of "host/owner/name" the host says least where room is short; the whole name stands in the hover text. */
function labelOf(name: "repo" | "lang", value: string): string {
  return name === "repo" ? value.replace(/^[^/]+\/(?=.)/, "") : value;
}
