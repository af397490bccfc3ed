"use client";
import { useRouter } from "next/navigation";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Icon, type IconName } from "@/components/ui/icon";
import { Tile } from "@/components/ui/initials";
import { Modal } from "@/components/ui/modal";

export type GoToEntry = { label: string; href: string; group?: string; icon?: IconName; tile?: boolean };

/** Type a few letters of a page or guru, Enter goes there. */
export function GoToDialog({ entries, onClose }: { entries: GoToEntry[]; onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const router = useRouter();
  const id = useId();
  const found = useMemo(() => matching(entries, text), [entries, text]);
  const current = found[Math.min(at, found.length - 1)];

  // biome-ignore lint/correctness/useExhaustiveDependencies: the current option changes with these
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [at, found]);

  function go(entry: GoToEntry | undefined) {
    if (!entry) return;
    onClose();
    router.push(entry.href);
  }

  function onKeyDown(event: React.KeyboardEvent) {
    const last = found.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: at >= last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
    };
    if (event.key === "Enter") go(current);
    else if (event.key in moves) setAt(Math.max(0, moves[event.key] ?? 0));
    else return;
    event.preventDefault();
  }

  return (
    <Modal label="Go to" className="dlg palette" onClose={onClose}>
      <div className="palette-input">
        <Icon name="search" className="text-fg-3" />
        <input
          data-autofocus
          role="combobox"
          aria-label="Go to a page or guru"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={current ? `${id}-${found.indexOf(current)}` : undefined}
          aria-autocomplete="list"
          placeholder="Page or guru"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd className="kbd">Esc</kbd>
      </div>
      <div className="palette-list" role="listbox" id={`${id}-list`} aria-label="Pages and gurus" ref={list}>
        {found.map((entry, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which names the active option
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
          <div
            key={entry.href}
            id={`${id}-${index}`}
            role="option"
            aria-selected={entry === current}
            data-highlighted={entry === current ? "" : undefined}
            className="menu-item"
            onClick={() => go(entry)}
            onMouseMove={() => setAt(index)}
          >
            {entry.tile ? <Tile name={entry.label} /> : null}
            {entry.icon ? <Icon name={entry.icon} /> : null}
            <span className="cut">{entry.label}</span>
            <span className="ml-auto text-fg-3 text-xs">{entry.group}</span>
          </div>
        ))}
        {found.length === 0 ? <p className="menu-note">No page or guru has this name.</p> : null}
      </div>
    </Modal>
  );
}

function matching(entries: GoToEntry[], text: string): GoToEntry[] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  return entries.filter((entry) => {
    const name = `${entry.label} ${entry.group ?? ""}`.toLowerCase();
    return words.every((word) => name.includes(word));
  });
}
