"use client";
import Link from "next/link";
import { useRef, useState } from "react";
import { filterToSearchParams } from "../filter-url";
import type { AppliedFilter, AuditPageProps } from "../types";
import { newerText } from "./newer-poll";
import { useNewer } from "./use-newer";

type Props = {
  scope: AuditPageProps["scope"];
  applied: AppliedFilter;
  /** Place of the newest row, or of nothing yet. */
  newestPlace: string;
  /** The newest page with the filters applied; null: this is it. */
  newestHref: string | null;
  /** Shows the newest page. */
  onShow: () => void;
};

/** Tells of events that came after the first row, which stays where it is until they are asked for. */
export function NewerNotice({ scope, applied, newestPlace, newestHref, onShow }: Props) {
  const anchor = useRef<HTMLDivElement>(null);
  const newer = useNewer(newestHref === null ? questionOf(scope, applied, newestPlace) : null);
  const [told, setTold] = useState<{ of: string; text: string } | null>(null);
  const text = newer.state === "watching" && newer.count > 0 ? newerText(newer) : null;
  // Said once: the number that goes on growing is there to be read.
  if (text !== null && told?.of !== newestPlace)
    setTold({ of: newestPlace, text: `${text}. A button above the table shows them.` });

  return (
    <div ref={anchor} className="newer">
      <p className="sr-only" role="status">
        {told?.of === newestPlace ? told.text : ""}
      </p>
      {text === null ? null : (
        <button
          type="button"
          className="newer-note"
          onClick={() => {
            // The button goes with what it tells of: focus goes on to the rows.
            const rows = anchor.current?.nextElementSibling;
            if (rows instanceof HTMLElement) rows.focus({ preventScroll: true });
            onShow();
          }}
        >
          <b>{text}</b>
          <span aria-hidden="true">·</span>
          <span className="newer-act">Show</span>
        </button>
      )}
      {newestHref === null ? null : (
        <Link
          className="newer-note quiet"
          href={newestHref}
          prefetch={false}
          scroll={false}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
            event.preventDefault();
            onShow();
          }}
        >
          Back to newest
        </Link>
      )}
      {newer.state === "signed-out" ? (
        <p className="newer-note quiet" role="status">
          You are signed out.
          <a className="newer-act" href="/sign-in">
            Sign in
          </a>
        </p>
      ) : null}
      {newer.state === "denied" ? (
        <p className="newer-note quiet" role="status">
          You may not read this log any more.
        </p>
      ) : null}
    </div>
  );
}

function questionOf(scope: AuditPageProps["scope"], applied: AppliedFilter, place: string): string {
  const params = filterToSearchParams(applied);
  if (scope.kind === "guru") params.set("scope", scope.slug);
  params.set("after", place);
  return `/audit/newer?${params}`;
}
