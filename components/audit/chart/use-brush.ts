"use client";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { isTyping } from "@/components/ui/hotkey";
import { type FilterDraft, samePart } from "../filter-draft";
import { type DragKind, dayAt, dragged, type Handle, stepped } from "./brush";
import { coverageOf, type DaySpan, isOpen, isWhole, rangeOfSpan, type TimeRange } from "./days";

/** Below this a press is a click. */
const DRAG_FROM_PX = 4;

type Drag = { pointer: number; kind: DragKind; x: number; from: number; span: DaySpan; moved: boolean };

/** Makes the range of the filter's draft out of drags, clicks and keys on the chart. Applies nothing. */
export function useBrush(days: readonly string[], hasEarlier: boolean, filter: FilterDraft) {
  const plot = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | null>(null);
  const [preview, setPreview] = useState<DaySpan | null>(null);
  const [made, setMade] = useState<TimeRange | null>(null);
  const dayCount = days.length;
  const range = preview ? rangeOfSpan(days, preview, hasEarlier) : filter.draft;
  const coverage = coverageOf(days, range);
  const span = coverage?.span ?? { from: 0, to: dayCount - 1 };
  const pending = preview !== null || !samePart(filter.draft, filter.applied, "time");
  const isOurs = made !== null && made.since === filter.draft.since && made.until === filter.draft.until;

  function choose(next: DaySpan) {
    const chosen = rangeOfSpan(days, next, hasEarlier);
    setMade(chosen);
    filter.change(chosen);
  }

  function onPointerDown(event: PointerEvent<HTMLDivElement>) {
    if (event.button !== 0 || !event.isPrimary || dayCount === 0) return;
    const handle = (event.target as Element).closest<SVGElement>("[data-handle]");
    const from = whereIs(event);
    const isInside = coverage !== null && from >= coverage.start && from <= coverage.end;
    const canMove = isInside && !isOpen(range) && !isWhole(span, dayCount);
    const kind = (handle?.dataset.handle as Handle | undefined) ?? (canMove ? "move" : "create");
    drag.current = { pointer: event.pointerId, kind, x: event.clientX, from, span, moved: false };
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>) {
    const now = drag.current;
    if (now?.pointer !== event.pointerId) return;
    if (!now.moved && Math.abs(event.clientX - now.x) < DRAG_FROM_PX) return;
    now.moved = true;
    // Once it is a drag it goes on outside of the chart too.
    event.currentTarget.setPointerCapture(event.pointerId);
    setPreview(spanOf(now, event));
  }

  function onPointerUp(event: PointerEvent<HTMLDivElement>) {
    const now = drag.current;
    if (now?.pointer !== event.pointerId) return;
    stop();
    if (now.moved) return choose(spanOf(now, event));
    if (now.kind === "start" || now.kind === "end") return;
    const day = Math.min(Math.floor(whereIs(event)), dayCount - 1);
    choose({ from: day, to: day });
  }

  function stop() {
    drag.current = null;
    setPreview(null);
  }

  const whereIs = (event: PointerEvent) =>
    plot.current ? dayAt(event.clientX, plot.current.getBoundingClientRect(), dayCount) : 0;
  const spanOf = (now: Drag, event: PointerEvent) => dragged({ ...now, at: whereIs(event), dayCount });

  function onKey(handle: Handle, event: KeyboardEvent) {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const next = stepped(span, handle, event.key, dayCount);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    if (next.from !== span.from || next.to !== span.to) choose(next);
  }

  // Escape takes back what the chart has chosen, wherever the focus went, unless something nearer answers to it.
  const takesBack = useRef<(() => boolean) | null>(null);
  useEffect(() => {
    takesBack.current = () => {
      if (drag.current) stop();
      else if (isOurs && pending) filter.restore("time");
      else return false;
      return true;
    };
  });
  useEffect(() => {
    function onEscape(event: globalThis.KeyboardEvent) {
      if (event.key !== "Escape" || event.defaultPrevented || isTyping(event.target)) return;
      if (document.querySelector("dialog:modal, [data-radix-popper-content-wrapper]")) return;
      if (takesBack.current?.()) event.preventDefault();
    }
    document.addEventListener("keydown", onEscape);
    return () => document.removeEventListener("keydown", onEscape);
  }, []);

  return {
    coverage,
    pending,
    isRange: !isOpen(range),
    onKey,
    plot: {
      ref: plot,
      onPointerDown,
      onPointerMove,
      onPointerUp,
      onPointerCancel: stop,
      onDoubleClick: () => filter.clear("time"),
    },
  };
}
