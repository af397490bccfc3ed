"use client";
import { useEffect, useRef } from "react";

const OFF_KEY = "gurulog.single-keys";

/** Whether one-letter shortcuts are on. They can be switched off, as WCAG 2.1.4 asks. */
export function singleKeysOn(): boolean {
  return localStorage.getItem(OFF_KEY) !== "off";
}

export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(OFF_KEY);
  else localStorage.setItem(OFF_KEY, "off");
}

type Hotkey = { key: string; command?: boolean };

/** Whether a key pressed here is text. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

/**
 * Runs `handler` on a key anywhere on the page: with `command`, ⌘ or Ctrl and the key, also while typing;
 * without, the bare key, but neither while typing nor behind an open dialog.
 */
export function useHotkey({ key, command = false }: Hotkey, handler: () => void): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== key || event.altKey || event.isComposing || event.repeat) return;
      if (command !== (event.metaKey || event.ctrlKey)) return;
      if (!command && (isTyping(event.target) || !singleKeysOn())) return;
      if (document.querySelector("dialog:modal")) return;
      event.preventDefault();
      latest.current();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [key, command]);
}
