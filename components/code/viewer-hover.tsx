"use client";
import * as Popover from "@radix-ui/react-popover";
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { VisibleText } from "@/components/visible-text/visible-text";
import { type FoundIdentifier, rangeOf } from "./viewer-place";
import { CodeText } from "./viewer-text";
import type { DefinitionPreview } from "./viewer-types";

type Shown = { state: "asked" } | { state: "failed" } | { state: "known"; preview: DefinitionPreview };

/** What is known of the identifier under the pointer or the keyboard, and the two acts on it. */
export function SymbolPopup({
  identifier,
  takesFocus,
  path,
  ask,
  onDefinition,
  onReferences,
  onPointer,
  onClose,
}: {
  identifier: FoundIdentifier;
  /** Opened by a key: the first button is focused. */
  takesFocus: boolean;
  path: string;
  ask: (symbol: string) => Promise<DefinitionPreview | null>;
  onDefinition: () => void;
  onReferences: () => void;
  /** The pointer came into the popup, or left it. */
  onPointer: (isInside: boolean) => void;
  onClose: () => void;
}) {
  const [shown, setShown] = useState<Shown>({ state: "asked" });
  const anchor = useMemo(
    () => ({ current: { getBoundingClientRect: () => rangeOf(identifier).getBoundingClientRect() } }),
    [identifier],
  );
  const first = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    let isCurrent = true;
    setShown({ state: "asked" });
    void ask(identifier.name).then((preview) => {
      if (isCurrent) setShown(preview ? { state: "known", preview } : { state: "failed" });
    });
    return () => {
      isCurrent = false;
    };
  }, [identifier.name, ask]);
  useEffect(() => {
    if (takesFocus) first.current?.focus();
  }, [takesFocus]);

  return (
    <Popover.Root open onOpenChange={(open) => open || onClose()} modal={false}>
      <Popover.Anchor virtualRef={anchor} />
      <Popover.Portal>
        <Popover.Content
          key={`${identifier.line}:${identifier.from}`}
          className="pop sym-pop"
          side="top"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`Symbol ${identifier.name}`}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            if (takesFocus) first.current?.focus();
          }}
          onCloseAutoFocus={(event) => event.preventDefault()}
          // The key that opened it may still be held.
          onKeyDown={(event) => event.repeat && event.key === "Enter" && event.preventDefault()}
          onPointerEnter={() => onPointer(true)}
          onPointerLeave={() => onPointer(false)}
        >
          <div className="sym-pop-text" aria-live="polite">
            <strong className="mono">{identifier.name}</strong>
            <PreviewText shown={shown} here={{ path, line: identifier.line }} />
          </div>
          <div className="sym-pop-acts">
            <Button ref={first} onClick={onDefinition} aria-label="Go to definition">
              Go to definition <Kbd>F12</Kbd>
            </Button>
            <Button onClick={onReferences} aria-label="Find references">
              Find references <Kbd>⇧F12</Kbd>
            </Button>
            <a className="btn quiet" href={`#L${identifier.line}`} onClick={onClose}>
              Line {identifier.line}
            </a>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function PreviewText({ shown, here }: { shown: Shown; here: { path: string; line: number } }) {
  if (shown.state === "asked") return <p className="sym-pop-note">Looking for its definition…</p>;
  if (shown.state === "failed") return <p className="sym-pop-note">There is no preview just now.</p>;
  const { definitions, more } = shown.preview;
  if (definitions.length === 0) return <p className="sym-pop-note">No definition is known here.</p>;
  if (definitions.some((each) => each.path === here.path && each.line === here.line))
    return <p className="sym-pop-note">{`Defined here, ${definitions[0]?.kind ?? "symbol"}.`}</p>;
  return (
    <ul>
      {definitions.slice(0, 3).map((each) => (
        <li key={`${each.path}:${each.line}`} className="sym-pop-def">
          <span className="sym-pop-note">
            {each.kind} · <VisibleText text={`${each.path}:${each.line}`} />
          </span>
          <code>
            <CodeText text={each.text.trim()} />
          </code>
        </li>
      ))}
      {definitions.length > 3 || more ? (
        <li className="sym-pop-note">
          {more ? "and more definitions" : `and ${definitions.length - 3} more`}
        </li>
      ) : null}
    </ul>
  );
}
