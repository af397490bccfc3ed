"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import type { Counting } from "./counted";
import { totalText } from "./total-text";

type Props = {
  /** Null while counting goes on. */
  counting: Counting | null;
  filtered: boolean;
  isGlobal: boolean;
  views: ReactNode;
  /** What stands at the right on the phone. */
  children: ReactNode;
};

/** The title, how many events there are, and the way to the log's proofs. */
export function AuditHead({ counting, filtered, isGlobal, views, children }: Props) {
  return (
    <div className="audit-head">
      <h1>Audit Logs</h1>
      <span className="audit-total" role="status">
        <TotalLine counting={counting} filtered={filtered} />
      </span>
      {/* At the right, where nothing moves when the numbers come. */}
      <span className="audit-head-acts">
        {isGlobal ? (
          <Link className="link integrity-link" href="/settings/log-integrity" prefetch={false}>
            Log integrity
          </Link>
        ) : null}
        {views}
        <span className="only-phone">{children}</span>
      </span>
    </div>
  );
}

function TotalLine({ counting, filtered }: Pick<Props, "counting" | "filtered">) {
  if (counting === null) return <span className="total-waiting">Counting…</span>;
  if (counting.found === null) return <span data-testid="audit-total">Could not be counted</span>;
  const { total, kept } = counting.found;
  return (
    <>
      <b data-testid="audit-total">{totalText(total)}</b>{" "}
      {total.count === 1 && total.exact ? "event" : "events"}
      {filtered && kept ? <span className="audit-kept"> of {totalText(kept)} kept</span> : null}
    </>
  );
}
