"use client";
import { useEffect, useState } from "react";
import { isSettled, type Newer, NONE, newerOf, pauseMs } from "./newer-poll";

const PATIENCE_MS = 15_000;

/**
 * Asks again and again how many events there are above the first row, while the page is seen.
 * @param href the question; null: there is none. Another question begins anew.
 */
export function useNewer(href: string | null): Newer {
  const [found, setFound] = useState<{ href: string | null; newer: Newer }>({ href, newer: NONE });
  useEffect(() => {
    if (href === null) return;
    return watch(href, (newer) => setFound({ href, newer }));
  }, [href]);
  return found.href === href ? found.newer : NONE;
}

/** @returns what ends it */
function watch(href: string, tell: (newer: Newer) => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  let failures = 0;

  const mayAsk = () => document.visibilityState === "visible" && !isAsking;

  async function ask() {
    timer = undefined;
    if (!mayAsk()) return;
    isAsking = true;
    const newer = await answerOf(href, signal);
    isAsking = false;
    if (signal.aborted) return;
    failures = newer === null ? failures + 1 : 0;
    if (newer) tell(newer);
    if (newer && isSettled(newer)) ended.abort();
    else timer = setTimeout(() => void ask(), pauseMs(failures));
  }
  // Out of sight no timer runs: coming back starts it again.
  document.addEventListener(
    "visibilitychange",
    () => {
      if (timer === undefined && mayAsk()) void ask();
    },
    { signal },
  );
  timer = setTimeout(() => void ask(), pauseMs(0));
  return () => {
    ended.abort();
    clearTimeout(timer);
  };
}

async function answerOf(href: string, signal: AbortSignal): Promise<Newer | null> {
  try {
    const answer = await fetch(href, { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) });
    return newerOf(answer.status, answer.ok ? await answer.json() : null);
  } catch {
    // The connection is away, the answer does not come, or it is no JSON.
    return null;
  }
}
