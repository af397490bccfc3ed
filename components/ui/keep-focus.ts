"use client";
import { type RefObject, useLayoutEffect } from "react";

/** What focus can go to when its place is gone: something with a name that says where one is. */
const PLACES = "section, form[aria-label], [role=region], main, dialog";

/** The places around an element, the nearest first; asked while it still stands in the page. */
export function placesAround(element: Element | null): HTMLElement[] {
  const places: HTMLElement[] = [];
  for (let at = element?.parentElement; at; at = at.parentElement) if (at.matches(PLACES)) places.push(at);
  return places;
}

/** Gives focus to the nearest of the places that still stands, unless something else has taken it. */
export function focusPlace(places: readonly HTMLElement[]): void {
  const active = document.activeElement;
  if (active !== null && active !== document.body) return;
  const place = places.find((one) => one.isConnected);
  if (!place) return;
  if (!place.hasAttribute("tabindex")) {
    place.setAttribute("tabindex", "-1");
    place.addEventListener("blur", () => place.removeAttribute("tabindex"), { once: true });
  }
  place.focus({ preventScroll: true });
}

/**
 * For what may vanish while it has focus, such as the button of a row that its own act takes away: focus goes to the
 * nearest place around it, not to the beginning of the page.
 */
export function useKeptFocus(of: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = of.current;
    // A dialog gives focus back by itself.
    if (!element || element.closest("dialog")) return;
    // Before the browser takes the element away, which is when focus falls back to the page.
    return () => {
      if (!element.contains(document.activeElement)) return;
      const places = placesAround(element);
      queueMicrotask(() => focusPlace(places));
    };
  }, [of]);
}
