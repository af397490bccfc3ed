"use client";
import { Component, type ReactNode, Suspense, use, useEffect } from "react";
import type { AuditCounts, CountsOfPage } from "./types";

export type Counts = CountsOfPage | Promise<CountsOfPage>;

/** How the counting of one answer ended: null where it failed. */
export type Counting = { of: Counts; found: CountsOfPage };

type Props = {
  counts: Counts;
  /** Stands while counting goes on. */
  waiting: ReactNode;
  /** Stands when it fails. */
  failed: ReactNode;
  onEnd: (ended: Counting) => void;
  children: (counts: AuditCounts) => ReactNode;
};

/**
 * Shows what counting found, whenever that comes. Each promise has a boundary of its own: with that of the one before,
 * the rows would wait for it.
 */
export function Counted({ counts, waiting, failed, onEnd, children }: Props) {
  return (
    <FailedBoundary key={keyOf(counts)} failed={failed} onFail={() => onEnd({ of: counts, found: null })}>
      <Suspense fallback={waiting}>
        <Found counts={counts} failed={failed} onEnd={onEnd}>
          {children}
        </Found>
      </Suspense>
    </FailedBoundary>
  );
}

function Found({ counts, failed, onEnd, children }: Omit<Props, "waiting">) {
  const found = isOnItsWay(counts) ? use(counts) : counts;
  useEffect(() => onEnd({ of: counts, found }), [counts, found, onEnd]);
  return found === null ? failed : children(found);
}

export function isOnItsWay(counts: Counts): counts is Promise<CountsOfPage> {
  return counts !== null && "then" in counts;
}

const keys = new WeakMap<object, number>();
let keysGiven = 0;

/** Counts that are there need no boundary of their own: the chart then stays mounted from one answer to the next. */
function keyOf(counts: Counts): number {
  if (!isOnItsWay(counts)) return 0;
  const key = keys.get(counts) ?? ++keysGiven;
  keys.set(counts, key);
  return key;
}

type BoundaryProps = { failed: ReactNode; onFail: () => void; children: ReactNode };

/** For a promise that is broken: the connection was lost before the counts came. */
class FailedBoundary extends Component<BoundaryProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override componentDidCatch() {
    this.props.onFail();
  }

  override render() {
    return this.state.hasFailed ? this.props.failed : this.props.children;
  }
}
