"use client";
import { useId, useRef, useState } from "react";
import { useTypedBefore } from "@/components/ui/hydrated";
import { visibleString } from "@/components/visible-text/tokens";
import type { OutlineSymbol } from "@/lib/features/code-search/engine/types";
import { outlineNote } from "./viewer-limits";

/** The symbols that a file defines, with a box to find one by its name. */
export function Outline({
  symbols,
  bytes,
  address,
  onGo,
}: {
  symbols: readonly OutlineSymbol[];
  /** Of the file. */
  bytes: number;
  address: (line: number) => string;
  /** Goes to a line of this page; false where it is not among those shown. */
  onGo: (line: number) => boolean;
}) {
  const [filter, setFilter] = useState("");
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useTypedBefore(field, "", setFilter);
  const wanted = filter.trim().toLowerCase();
  const found = symbols.filter((symbol) => symbol.name.toLowerCase().includes(wanted));
  const note = outlineNote({ symbols: symbols.length, bytes });
  return (
    <div className="sym-outline">
      <label htmlFor={id} className="sr-only">
        Filter symbols
      </label>
      <input
        ref={field}
        id={id}
        className="input outline-filter"
        type="search"
        placeholder="Filter symbols"
        autoComplete="off"
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      {found.length === 0 ? (
        <p className="tree-note" role="status">
          {symbols.length === 0 ? note : "No symbol has this in its name."}
        </p>
      ) : (
        <ul aria-label="Outline" className="outline-list">
          {found.map((symbol) => (
            <li key={`${symbol.line}:${symbol.column}:${symbol.name}`}>
              <a
                href={address(symbol.line)}
                className="outline-row"
                title={visibleString(`${symbol.kind} ${symbol.name}, line ${symbol.line}`)}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  if (onGo(symbol.line)) event.preventDefault();
                }}
              >
                {symbol.parent !== null ? <span className="tree-step" /> : null}
                <span className={`sym-kind sym-${kindGroup(symbol.kind)}`} aria-hidden="true">
                  {symbol.kind.charAt(0).toUpperCase()}
                </span>
                <span className="cut">{visibleString(symbol.name)}</span>
                <span className="sr-only">
                  {symbol.kind}
                  {symbol.parent === null ? "" : ` of ${visibleString(symbol.parent)}`}
                </span>
                <span className="outline-line">{symbol.line}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      {symbols.length > 0 && note ? <p className="tree-note">{note}</p> : null}
    </div>
  );
}

/** Kinds that share a colour. */
function kindGroup(kind: string): "type" | "call" | "value" {
  if (/^(function|method|constructor|macro)$/.test(kind)) return "call";
  return /^(class|interface|struct|enum|trait|type|module)$/.test(kind) ? "type" : "value";
}
