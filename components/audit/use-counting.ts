"use client";
import { useCallback, useMemo, useState } from "react";
import { type Counting, type Counts, isOnItsWay } from "./counted";
import type { AuditCounts } from "./types";

/**
 * How the counting of the present answer stands, for what lies outside of the chart.
 * @returns `counting` is null while it goes on; `before` is what was last known, of this answer or one before
 */
export function useCounting(counts: Counts) {
  const [ended, setEnded] = useState<Counting | null>(null);
  const [before, setBefore] = useState<AuditCounts | null>(null);
  const onEnd = useCallback((now: Counting) => {
    setEnded(now);
    if (now.found) setBefore(now.found);
  }, []);
  const counting = useMemo((): Counting | null => {
    if (!isOnItsWay(counts)) return { of: counts, found: counts };
    return ended?.of === counts ? ended : null;
  }, [counts, ended]);
  return { counting, before, onEnd };
}
