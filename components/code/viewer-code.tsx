"use client";
import { type KeyboardEvent, memo, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { SymbolPopup } from "./viewer-hover";
import { type FoundIdentifier, identifierSelected, identifierUnder, rangeOf, stepFrom } from "./viewer-place";
import { CodeTokens } from "./viewer-text";
import type { CodeRow, DefinitionPreview, LineRange } from "./viewer-types";

const hoverMs = 300;
const leaveMs = 250;

const steps = { ArrowRight: "next", ArrowLeft: "previous", ArrowDown: "down", ArrowUp: "up" } as const;

export interface SymbolActs {
  onDefinition: (symbol: string) => void;
  onReferences: (symbol: string) => void;
}

type Props = SymbolActs & {
  scroller: RefObject<HTMLDivElement | null>;
  path: string;
  rows: readonly CodeRow[];
  marked: LineRange | null;
  isWrapped: boolean;
  ask: (symbol: string) => Promise<DefinitionPreview | null>;
  /** A line's number was clicked; with shift, the range to it. */
  onLine: (line: number, isRange: boolean) => void;
};

/**
 * The lines, and what can be done on an identifier in them: by the pointer, or by arrow keys that go from one to the next
 * and select it.
 */
export function CodeView(props: Props) {
  const { scroller, path, rows, marked, isWrapped, ask, onDefinition, onReferences, onLine } = props;
  const [shown, setShown] = useState<{ found: FoundIdentifier; takesFocus: boolean } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hovered = useRef<FoundIdentifier | null>(null);
  const isHover = useRef(false);

  useEffect(() => () => clearTimeout(timer.current), []);

  const later = useCallback((ms: number, what: () => void) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(what, ms);
  }, []);

  function show(found: FoundIdentifier, ms: number, takesFocus = false, byHover = false) {
    later(ms, () => {
      isHover.current = byHover;
      setShown({ found, takesFocus });
    });
  }
  function close() {
    clearTimeout(timer.current);
    hovered.current = null;
    setShown(null);
  }
  const leave = () => {
    hovered.current = null;
    if (isHover.current || !shown) later(leaveMs, () => setShown(null));
  };

  function onPointerMove(event: React.PointerEvent) {
    if (event.pointerType !== "mouse" || event.buttons !== 0) return;
    const found = identifierUnder(event.clientX, event.clientY);
    const before = hovered.current;
    if (found && before && found.code === before.code && found.from === before.from) return;
    hovered.current = found;
    if (found) show(found, hoverMs, false, true);
    else leave();
  }

  const current = () => (scroller.current ? identifierSelected(scroller.current) : null);

  function onKeyDown(event: KeyboardEvent) {
    if (!scroller.current || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "F12") {
      const symbol = (current() ?? hovered.current)?.name;
      if (!symbol) return;
      event.preventDefault();
      // Each is recorded, and a key that is held is one act.
      if (event.repeat) return;
      close();
      if (event.shiftKey) onReferences(symbol);
      else onDefinition(symbol);
      return;
    }
    if (event.key === "Escape" && shown) {
      event.preventDefault();
      close();
      return;
    }
    if (event.key === "Enter") {
      const found = current();
      if (!found) return;
      event.preventDefault();
      show(found, 0, true);
      return;
    }
    // With shift the browser grows the selection.
    if (event.shiftKey || !Object.hasOwn(steps, event.key)) return;
    const next = stepFrom(scroller.current, current(), steps[event.key as keyof typeof steps]);
    event.preventDefault();
    if (!next) return;
    select(next);
    setShown(null);
    show(next, hoverMs);
  }

  const act = (what: (symbol: string) => void) => () => {
    const symbol = shown?.found.name;
    close();
    if (symbol) what(symbol);
  };

  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: the code is no part of a form */}
      <div
        ref={scroller}
        className={isWrapped ? "code-scroll wrapped" : "code-scroll"}
        role="group"
        aria-label="Code"
        aria-describedby="code-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and arrow keys go through its identifiers
        tabIndex={0}
        onPointerMove={onPointerMove}
        onPointerLeave={leave}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const target = event.target instanceof HTMLElement ? event.target : null;
          const number = target?.closest<HTMLElement>(".code-num")?.parentElement?.dataset.line;
          if (number !== undefined && !event.metaKey && !event.ctrlKey) {
            event.preventDefault();
            onLine(Number(number), event.shiftKey);
            return;
          }
          if (!document.getSelection()?.isCollapsed) return;
          const found = identifierUnder(event.clientX, event.clientY);
          if (found) show(found, 0);
          else close();
        }}
      >
        <Rows rows={rows} marked={marked} />
      </div>
      <p id="code-keys" className="sr-only">
        Arrow keys go from identifier to identifier. Enter opens what can be done, F12 goes to the definition,
        Shift and F12 finds references.
      </p>
      {shown ? (
        <SymbolPopup
          identifier={shown.found}
          takesFocus={shown.takesFocus}
          path={path}
          ask={ask}
          onDefinition={act(onDefinition)}
          onReferences={act(onReferences)}
          onPointer={(isInside) => (isInside ? clearTimeout(timer.current) : leave())}
          onClose={() => {
            close();
            if (shown.takesFocus) scroller.current?.focus({ preventScroll: true });
          }}
        />
      ) : null}
    </>
  );
}

function select(found: FoundIdentifier): void {
  const range = rangeOf(found);
  const selection = document.getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
  found.code.parentElement?.scrollIntoView({ block: "nearest" });
}

/** Thousands of lines: rendered once. Which are marked afterwards is said to their elements. */
const Rows = memo(function Rows({ rows, marked }: { rows: readonly CodeRow[]; marked: LineRange | null }) {
  return (
    <div className="code-rows">
      {rows.map(({ number, tokens, cut }) => (
        <div
          key={number}
          id={`L${number}`}
          data-line={number}
          className={
            marked && number >= marked.first && number <= marked.last ? "code-row marked" : "code-row"
          }
        >
          <a className="code-num" href={`#L${number}`} tabIndex={-1} aria-label={`Line ${number}`}>
            {number}
          </a>
          <code>
            <CodeTokens tokens={tokens} />
            {cut > 0 ? (
              <span className="line-cut">{` ${cut.toLocaleString("en-US")} more characters are not shown`}</span>
            ) : null}
            {"\n"}
          </code>
        </div>
      ))}
    </div>
  );
});
