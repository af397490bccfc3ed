"use client";
import { useEffect, useRef } from "react";
import { visibleString } from "@/components/visible-text/tokens";
import type { Completion } from "./search-types";

/** What the field below which it stands may be completed to. Focus stays in the field, which names the active option. */
export function SearchCompletions({
  id,
  items,
  at,
  onMove,
  onTake,
}: {
  id: string;
  items: readonly Completion[];
  at: number;
  onMove: (at: number) => void;
  onTake: (at: number) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (at >= 0) list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <div ref={list} className="pop cs-completions" role="listbox" id={`${id}-list`} aria-label="Completions">
      {items.map((item, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which names the active option
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
        <div
          key={item.text}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          data-highlighted={index === at ? "" : undefined}
          className="menu-item"
          // Before the field loses focus, which would close the list.
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => onMove(index)}
          onClick={() => onTake(index)}
        >
          <span className="mono cut">{visibleString(item.label)}</span>
          <span className="cs-completion-detail">{item.detail}</span>
        </div>
      ))}
    </div>
  );
}
