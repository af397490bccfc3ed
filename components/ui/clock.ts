"use client";
import { useSyncExternalStore } from "react";

/*
 * One clock for the page. It stands at the server's time until the page is hydrated, so that the server's
 * markup and the first client render agree, and ticks only while something shows a relative time.
 */
const TICK_MS = 10_000;
const listeners = new Set<() => void>();
let nowMs = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

function snapshot(): number {
  if (nowMs === 0) nowMs = Date.now();
  return nowMs;
}

/** The current time in milliseconds, to about ten seconds; `serverNowMs` during hydration. */
export function useNowMs(serverNowMs: number): number {
  return useSyncExternalStore(subscribe, snapshot, () => serverNowMs);
}
