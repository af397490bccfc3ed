"use client";
import { type RefObject, useCallback, useRef } from "react";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { CodeView, type SymbolActs } from "./viewer-code";
import type { DefinitionPreview, ShownFile, ViewedRepository } from "./viewer-types";

/** The text of a file, or why there is none. */
export function FileBody({
  repository,
  path,
  file,
  scroller,
  isWrapped,
  onLine,
  onDefinition,
  onReferences,
}: SymbolActs & {
  repository: ViewedRepository;
  path: string;
  file: ShownFile;
  scroller: RefObject<HTMLDivElement | null>;
  isWrapped: boolean;
  onLine: (line: number, isRange: boolean) => void;
}) {
  const ask = usePreviews(repository, file.language);
  if (file.problem !== null) return <EmptyState title="This file cannot be shown">{file.problem}</EmptyState>;
  const first = file.rows[0]?.number ?? 1;
  const last = file.rows.at(-1)?.number ?? 0;
  return (
    <>
      {file.before ? (
        <p className="more-lines">
          <span>{`Lines ${first.toLocaleString("en-US")} to ${last.toLocaleString("en-US")} of ${file.lines.toLocaleString("en-US")}`}</span>
          <ButtonLink href={file.before}>Show more lines before</ButtonLink>
        </p>
      ) : null}
      <CodeView
        scroller={scroller}
        path={path}
        rows={file.rows}
        marked={file.marked}
        isWrapped={isWrapped}
        ask={ask}
        onLine={onLine}
        onDefinition={onDefinition}
        onReferences={onReferences}
      />
      {file.after ? (
        <p className="more-lines">
          <span>{`Lines ${first.toLocaleString("en-US")} to ${last.toLocaleString("en-US")} of ${file.lines.toLocaleString("en-US")}`}</span>
          <ButtonLink href={file.after}>Show more lines after</ButtonLink>
        </p>
      ) : null}
    </>
  );
}

/** Previews by symbol: asked for once while the page is open. */
function usePreviews(repository: ViewedRepository, language: string | null) {
  const known = useRef(new Map<string, Promise<DefinitionPreview | null>>());
  const { name, revision } = repository;
  return useCallback(
    (symbol: string) => {
      const before = known.current.get(symbol);
      if (before) return before;
      const asked = askPreview({ repository: name, revision, language, symbol });
      known.current.set(symbol, asked);
      void asked.then((preview) => preview ?? known.current.delete(symbol));
      return asked;
    },
    [name, revision, language],
  );
}

async function askPreview(asked: Record<string, string | null>): Promise<DefinitionPreview | null> {
  const given = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== null);
  try {
    const answer = await fetch(`/code/preview?${new URLSearchParams(given)}`);
    return answer.ok ? ((await answer.json()) as DefinitionPreview) : null;
  } catch (error) {
    console.error(error);
    return null;
  }
}
