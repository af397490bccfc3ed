"use client";
import { Button } from "@/components/ui/button";
import type { FacetSearch } from "./use-facet-search";

type Props = {
  text: string;
  searched: FacetSearch;
  shown: number;
  /** Values that are not shown although nothing, or nothing against them, was typed. */
  left: number;
};

/** What stands below the values: that the server is asked, that it did not answer, that there are more, or none. */
export function FacetStatus({ text, searched, shown, left }: Props) {
  if (searched.state === "failed") {
    return (
      <div className="facet-none facet-failed" role="status">
        <span>The search did not work.</span>
        <Button onMouseDown={(event) => event.preventDefault()} onClick={searched.again}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <p className="facet-none" role="status">
      {wordsOf(text, searched, shown, left)}
    </p>
  );
}

function wordsOf(text: string, searched: FacetSearch, shown: number, left: number): string | null {
  if (searched.state === "searching") return "Searching…";
  if (shown === 0) return text ? "Nothing has this name." : "Nothing to choose from yet.";
  if (searched.state === "found" && searched.more)
    return "There are more: type more of the name to see them.";
  return left > 0 ? `${left.toLocaleString("en-US")} more: type a part of the name to see them.` : null;
}
