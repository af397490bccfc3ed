"use client";
import Link from "next/link";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { visibleString } from "@/components/visible-text/tokens";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { SymbolMatchFile, SymbolOutcome } from "@/lib/features/code-search/engine/types";
import { blobAddress } from "./code-address";
import { CodeText } from "./viewer-text";
import type { FilePlace, SymbolAnswer, SymbolQuestion } from "./viewer-types";

/** What the panel shows: what was asked, and how far it is. */
export interface PanelState {
  question: SymbolQuestion;
  /** It was just asked for; one that came along from another page leaves the focus where it is. */
  takesFocus: boolean;
  answer:
    | { state: "asked" }
    | { state: "failed"; message: string }
    | { state: "found"; outcome: SymbolAnswer };
}

type Follow = (to: FilePlace, line: number) => boolean;

const titles = { references: "References", definitions: "Definitions" } as const;
const smallest = 120;
const step = 24;

/** The results of finding references or definitions, at the foot of the viewer. Escape closes it. */
export function SymbolPanel({
  panel,
  onClose,
  onAsk,
  onFollow,
}: {
  panel: PanelState;
  onClose: () => void;
  /** Asks this, and shows the answer here. */
  onAsk: (question: SymbolQuestion) => void;
  /** A result is followed; true where this page shows it already. */
  onFollow: Follow;
}) {
  const region = useRef<HTMLElement>(null);
  const handle = useRef<HTMLDivElement>(null);
  const { question, answer } = panel;
  const title = titles[question.act];

  // biome-ignore lint/correctness/useExhaustiveDependencies: each act brings its panel to the fore
  useEffect(() => {
    if (panel.takesFocus) region.current?.focus();
  }, [question]);

  function resizeTo(height: number) {
    const element = region.current;
    if (!element) return;
    const most = Math.round(window.innerHeight * 0.8);
    const next = Math.round(Math.min(most, Math.max(smallest, height)));
    element.style.setProperty("height", `${next}px`);
    handle.current?.setAttribute("aria-valuenow", String(next));
    handle.current?.setAttribute("aria-valuemax", String(most));
  }
  const height = () => region.current?.offsetHeight ?? smallest;

  function onHandleKey(event: KeyboardEvent) {
    const by = { ArrowUp: step, ArrowDown: -step, PageUp: 5 * step, PageDown: -5 * step }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    resizeTo(height() + by);
  }
  function onDrag(event: PointerEvent<HTMLDivElement>) {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !region.current) return;
    resizeTo(region.current.getBoundingClientRect().bottom - event.clientY);
  }

  return (
    <section
      ref={region}
      className="sym-panel"
      aria-label={title}
      aria-busy={answer.state === "asked"}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onClose();
      }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a separator that is moved; hr takes no value */}
      <div
        ref={handle}
        className="sym-handle"
        role="separator"
        aria-orientation="horizontal"
        aria-label="Height of the panel"
        aria-valuemin={smallest}
        aria-valuenow={260}
        tabIndex={0}
        onKeyDown={onHandleKey}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onDrag}
      />
      <div className="sym-head">
        <h2 className="sym-title">
          {title} <span className="mono">{visibleString(question.symbol)}</span>
        </h2>
        <span className="sym-count" role="status">
          {statusText(panel)}
        </span>
        <span className="flex-1" />
        <IconButton label="Close the panel" onClick={onClose}>
          <Icon name="close" />
        </IconButton>
      </div>
      <div className="sym-body">
        {answer.state === "asked" ? null : <Reach question={question} onAsk={onAsk} />}
        {answer.state === "failed" ? (
          <p className="sym-reach sym-problem">
            {answer.message} <Button onClick={() => onAsk({ ...question })}>Try again</Button>
          </p>
        ) : null}
        {answer.state === "found" ? (
          <>
            {answer.outcome.isCapped ? <p className="sym-note">{cappedText(answer.outcome)}</p> : null}
            {answer.outcome.files.length === 0 && !answer.outcome.isCapped ? (
              <NothingFound question={question} />
            ) : null}
            {answer.outcome.files.map((file) => (
              <MatchFile
                key={`${file.sourceId}:${file.path}`}
                file={file}
                place={placeOf(file, answer.outcome, question)}
                isNamed={question.within === null}
                onFollow={onFollow}
              />
            ))}
          </>
        ) : null}
      </div>
    </section>
  );
}

/** The file of a result. */
export function placeOf(
  { sourceId, path }: SymbolMatchFile,
  { repositories }: SymbolAnswer,
  { within }: SymbolQuestion,
): FilePlace {
  if (within) return { ...within, path };
  const repository = repositories.find((each) => each.sourceId === sourceId)?.name ?? "";
  return { repository, revision: null, path };
}

/** Where was looked, and how to look further. */
function Reach({ question, onAsk }: { question: SymbolQuestion; onAsk: (wider: SymbolQuestion) => void }) {
  if (question.within === null)
    return <p className="sym-reach">In all repositories that you may see, each at its default branch.</p>;
  return (
    <p className="sym-reach">
      In this repository.{" "}
      <Button onClick={() => onAsk({ ...question, within: null })}>Search all repositories</Button>
    </p>
  );
}

function NothingFound({ question }: { question: SymbolQuestion }) {
  const { act, language, within } = question;
  const where = within ? "in this repository" : "in the repositories that you may see";
  return (
    <p className="sym-note">
      {act === "definitions"
        ? `Nothing ${where} defines it: it may come from elsewhere, or stand in a language whose symbols are not known.`
        : `Nothing ${language === null ? "" : "in files of this language "}${where} mentions it.`}
    </p>
  );
}

/** After which such a search ends. */
const mostMatches = 1_000;

/** Why there may be more. */
function cappedText({ matchCount, isBeingIndexed }: SymbolOutcome): string {
  if (matchCount >= mostMatches) return "The results are capped at 1,000; there may be more.";
  if (isBeingIndexed) return "A repository is being indexed anew; there may be more.";
  return matchCount === 0
    ? "The time ran out before anything was found. Ask again in a moment."
    : "The time ran out; there may be more.";
}

function statusText({ answer }: PanelState): string {
  if (answer.state === "asked") return "Searching…";
  if (answer.state === "failed") return "";
  const { matchCount, files, isCapped } = answer.outcome;
  const matches = `${isCapped ? "at least " : ""}${matchCount.toLocaleString("en-US")} ${matchCount === 1 ? "result" : "results"}`;
  return `${matches} in ${files.length.toLocaleString("en-US")} ${files.length === 1 ? "file" : "files"}`;
}

function MatchFile({
  file,
  place,
  isNamed,
  onFollow,
}: {
  file: SymbolMatchFile;
  place: FilePlace;
  /** The repository is told with the path. */
  isNamed: boolean;
  onFollow: Follow;
}) {
  const name = isNamed ? `${place.repository}: ${file.path}` : file.path;
  return (
    <section className="sym-file" aria-label={visibleString(name)}>
      <h3 className="sym-path">
        <Icon name="file" />
        <span className="cut">
          <VisibleText text={name} />
        </span>
        <span className="sym-num">{file.matches.length}</span>
      </h3>
      <ul>
        {file.matches.map(({ lineContent, range, lineCut }) => (
          <li key={`${range.start.lineNumber}:${range.start.column}`}>
            <Link
              prefetch={false}
              className="sym-match"
              href={blobAddress({ ...place, line: range.start.lineNumber })}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                if (onFollow(place, range.start.lineNumber)) event.preventDefault();
              }}
            >
              <span className="sym-line">{range.start.lineNumber}</span>
              <code className="cut">
                <Marked
                  text={lineContent}
                  from={range.start.column - 1 - (lineCut?.before ?? 0)}
                  to={range.end.column - 1 - (lineCut?.before ?? 0)}
                />
              </code>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

const before = 60;
const behind = 400;

/** A line with its match marked; of a long one the part around it. Offsets are in code points. */
function Marked({ text, from, to }: { text: string; from: number; to: number }) {
  const characters = [...text];
  const lead = characters.slice(0, from).join("").trimStart();
  const shownLead = lead.length > before * 3 ? `…${[...lead].slice(-before).join("")}` : lead;
  return (
    <>
      <CodeText text={shownLead} />
      <mark>
        <CodeText text={characters.slice(from, to).join("")} />
      </mark>
      <CodeText text={characters.slice(to, to + behind).join("")} />
    </>
  );
}
