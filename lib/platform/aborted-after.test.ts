import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { abortedAfter } from "./aborted-after";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("aborts so long after the other signal did, for the same reason", () => {
  const first = new AbortController();
  const { signal } = abortedAfter(first.signal, 1_000);
  vi.advanceTimersByTime(5_000);
  first.abort(new Error("stopping"));
  vi.advanceTimersByTime(999);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(signal.reason).toEqual(new Error("stopping"));
});

it("aborts after one that was aborted before", () => {
  const { signal } = abortedAfter(AbortSignal.abort(), 1_000);
  vi.advanceTimersByTime(1_000);
  expect(signal.aborted).toBe(true);
});

it("never aborts once it was told that nobody looks any more, and holds nothing", () => {
  const first = new AbortController();
  const early = abortedAfter(first.signal, 1_000);
  const late = abortedAfter(first.signal, 1_000);
  early.forget();
  first.abort();
  late.forget();
  expect(vi.getTimerCount()).toBe(0);
  expect([early.signal.aborted, late.signal.aborted]).toEqual([false, false]);
});
