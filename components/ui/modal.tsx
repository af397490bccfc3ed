"use client";
import { type ReactNode, useEffect, useRef } from "react";
import { isTyping } from "./hotkey";
import { focusPlace, placesAround } from "./keep-focus";

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled, [type="hidden"]), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]:not([tabindex="-1"])';

/**
 * A modal on the browser's own `<dialog>`: the page behind is inert, Esc closes, and focus returns to where
 * it was, or near it when that is gone. It needs no injected styles, so it works under the strict style policy. The parent mounts it to
 * open it and unmounts it on `onClose`. An element with `data-autofocus` inside takes focus first.
 */
export function Modal({
  label,
  labelledBy,
  className = "dlg",
  onClose,
  returnFocus,
  onKey,
  children,
}: {
  label?: string;
  labelledBy?: string;
  className?: string;
  onClose: () => void;
  /** Where focus goes on closing; by default to where it was on opening. */
  returnFocus?: () => HTMLElement | null;
  /** Keys that the modal answers to; true when the key was one of them. Not called while typing. */
  onKey?: (key: string) => boolean;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const target = useRef(returnFocus);
  useEffect(() => {
    target.current = returnFocus;
  });

  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    const before = document.activeElement;
    const around = placesAround(before);
    // The server renders it open, for readers without JavaScript; only showModal makes it modal.
    element.removeAttribute("open");
    element.showModal();
    element.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      element.close();
      const to = target.current?.() ?? before;
      if (to instanceof HTMLElement && to.isConnected) to.focus();
      else focusPlace(around);
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      open
      aria-label={label}
      aria-labelledby={labelledBy}
      aria-modal="true"
      className={className}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // A second Esc closes whatever the handler above says; a close of an earlier mount comes late.
        if (!dialog.current?.open) onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current && isOnBackdrop(event.nativeEvent, dialog.current)) onClose();
      }}
      onKeyDown={(event) => {
        keepFocusInside(event);
        const bare = !event.metaKey && !event.ctrlKey && !event.altKey;
        if (bare && !isTyping(event.target) && onKey?.(event.key)) event.preventDefault();
      }}
    >
      {children}
    </dialog>
  );
}

function isOnBackdrop(event: MouseEvent, element: HTMLElement): boolean {
  const box = element.getBoundingClientRect();
  return (
    event.clientX < box.left ||
    event.clientX > box.right ||
    event.clientY < box.top ||
    event.clientY > box.bottom
  );
}

/** The browser lets Tab leave a modal for its own toolbar; here it goes round instead. */
function keepFocusInside(event: React.KeyboardEvent<HTMLDialogElement>): void {
  if (event.key !== "Tab") return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (each) => each.getClientRects().length > 0,
  );
  const first = all[0];
  const last = all.at(-1);
  if (!first || !last) return;
  const active = document.activeElement;
  if (event.shiftKey && (active === first || active === event.currentTarget)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && active === last) {
    event.preventDefault();
    first.focus();
  }
}
