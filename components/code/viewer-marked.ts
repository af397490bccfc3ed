"use client";
import { useRouter } from "next/navigation";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { parseLines } from "./code-address";
import type { LineRange, ShownFile } from "./viewer-types";

/**
 * The marked lines, which the address names (`#L10`, `#L10-L20`). A change of them asks the server for nothing: it would be
 * recorded as another view of the file.
 */
export function useMarkedLines(scroller: RefObject<HTMLDivElement | null>, file: ShownFile | null) {
  const router = useRouter();
  const [range, setRange] = useState<LineRange | null>(file?.marked ?? null);
  const latest = useRef(range);
  const firstShown = file?.rows[0]?.number ?? 1;
  const lastShown = file?.rows.at(-1)?.number ?? 0;
  const lines = file?.lines ?? 0;

  const mark = useCallback(
    (next: LineRange | null, scrolls: boolean) => {
      latest.current = next;
      setRange(next);
      const rows = scroller.current;
      if (!rows) return;
      for (const row of rows.querySelectorAll(".marked")) row.classList.remove("marked");
      if (!next) return;
      for (let n = Math.max(next.first, firstShown); n <= Math.min(next.last, lastShown); n++)
        rows.querySelector(`[data-line="${n}"]`)?.classList.add("marked");
      if (scrolls) rows.querySelector(`[data-line="${next.first}"]`)?.scrollIntoView({ block: "center" });
    },
    [scroller, firstShown, lastShown],
  );

  useEffect(() => {
    function fromAddress() {
      const asked =
        parseLines(location.hash.slice(1)) ?? parseLines(new URLSearchParams(location.search).get("line"));
      if (!asked) return;
      if ((asked.first < firstShown || asked.first > lastShown) && asked.first <= lines) {
        // A link without `?line=`, to lines that were not sent.
        router.replace(`${location.pathname}?line=${asked.first}${location.hash}`);
        return;
      }
      mark(asked, true);
    }
    fromAddress();
    window.addEventListener("hashchange", fromAddress);
    window.addEventListener("popstate", fromAddress);
    return () => {
      window.removeEventListener("hashchange", fromAddress);
      window.removeEventListener("popstate", fromAddress);
    };
  }, [mark, router, firstShown, lastShown, lines]);

  /** @returns false where the line is not among those shown */
  const go = useCallback(
    (line: number, isRange: boolean): boolean => {
      if (line < firstShown || line > lastShown) return false;
      const from = isRange ? (latest.current?.first ?? line) : line;
      const next = { first: Math.min(from, line), last: Math.max(from, line) };
      const hash = next.first === next.last ? `#L${line}` : `#L${next.first}-L${next.last}`;
      history.pushState(null, "", `${location.pathname}${hash}`);
      mark(next, !isRange);
      return true;
    },
    [mark, firstShown, lastShown],
  );
  return { range, go };
}
