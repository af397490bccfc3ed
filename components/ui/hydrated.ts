"use client";
import { type RefObject, useEffect, useRef, useSyncExternalStore } from "react";

const never = () => () => {};

/** @returns false on the server and until the page's scripts run, then true */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

/**
 * Takes over what somebody typed into a field before the page's scripts ran: React knows nothing of it, and would put its
 * own value in its place.
 * @param field a controlled field that is there from the first render on
 * @param value what the state says of it at first
 * @param take called once, at hydration, with what the field holds when that is something else
 */
export function useTypedBefore(
  field: RefObject<HTMLInputElement | null>,
  value: string,
  take: (typed: string) => void,
): void {
  const first = useRef({ value, take });
  useEffect(() => {
    const { value, take } = first.current;
    const typed = field.current?.value;
    if (typed !== undefined && typed !== value) take(typed);
  }, [field]);
}
