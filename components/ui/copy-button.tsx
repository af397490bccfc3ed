"use client";
import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "./button";
import { Icon } from "./icon";

const SHOWN_MS = 2_000;

/** Copies `text`. Without the clipboard API (plain http on another host) it falls back to a selection. */
export function CopyButton({
  text,
  label,
  shown,
  className,
  icon = "copy",
}: {
  text: string;
  /** The accessible name, such as "Copy event id". */
  label: string;
  /** A visible word; without it the button is an icon. */
  shown?: string;
  className?: string;
  icon?: "copy" | "link";
}) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  async function copy(from: HTMLElement) {
    const ok = await writeClipboard(text, from);
    setState(ok ? "copied" : "failed");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState("idle"), SHOWN_MS);
  }

  const sign = <Icon name={state === "copied" ? "check" : icon} />;
  const said =
    state === "copied" ? "Copied" : state === "failed" ? "Could not copy. Select the text instead." : "";
  return (
    <>
      {shown === undefined ? (
        <IconButton label={label} className={className} onClick={(e) => void copy(e.currentTarget)}>
          {sign}
        </IconButton>
      ) : (
        <Button aria-label={label} className={className} onClick={(e) => void copy(e.currentTarget)}>
          {sign}
          {state === "copied" ? "Copied" : shown}
        </Button>
      )}
      <span className="sr-only" aria-live="polite">
        {said}
      </span>
    </>
  );
}

async function writeClipboard(text: string, from: HTMLElement): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      // Refused by the browser's permission: the older way below may still work.
      if (!(error instanceof DOMException)) throw error;
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  // Beside the button, because a modal dialog makes everything outside itself unselectable.
  from.after(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  from.focus();
  return done;
}
