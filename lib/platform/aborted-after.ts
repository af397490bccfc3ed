/**
 * A signal that aborts some time after another has.
 * @param ms how long after it
 * @returns the signal, and what ends the waiting: call it when nobody looks at the signal any more
 */
export function abortedAfter(first: AbortSignal, ms: number): { signal: AbortSignal; forget: () => void } {
  const second = new AbortController();
  const listening = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => second.abort(first.reason), ms);
  };
  if (first.aborted) begin();
  else first.addEventListener("abort", begin, { once: true, signal: listening.signal });
  return {
    signal: second.signal,
    forget() {
      listening.abort();
      clearTimeout(timer);
    },
  };
}
