"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icon";
import { timeSpan } from "@/components/ui/time-format";
import { totalText } from "./total-text";
import type { AuditCursors, AuditRange, AuditTotal } from "./types";

type Props = {
  /** Whether counting goes on. */
  waiting: boolean;
  /** Null when it is not known. */
  total: AuditTotal | null;
  range: AuditRange;
  cursors: AuditCursors;
  timeZone: string;
  /** The way to a date. */
  children: ReactNode;
  onGo: (href: string) => void;
};

/** The rows shown, and the way to the newer and older ones. */
export function AuditFooter({ waiting, total, range, cursors, timeZone, children, onGo }: Props) {
  return (
    <div className="foot">
      {waiting ? <span className="total-waiting">Counting…</span> : null}
      {total ? <b>{ordinals(total, range)}</b> : null}
      {!waiting && range.oldest && range.newest ? (
        <span className="foot-times">
          {total ? (
            <span className="mr-3 text-fg-3" aria-hidden="true">
              ·
            </span>
          ) : null}
          {timeSpan(range.oldest, range.newest, timeZone)}
        </span>
      ) : null}
      <span className="foot-go">{children}</span>
      <nav className="foot-pages" aria-label="Pages">
        <PageLink href={cursors.newer} rel="prev" onGo={onGo}>
          <Icon name="chevron-left" />
          Newer
        </PageLink>
        <PageLink href={cursors.older} rel="next" onGo={onGo}>
          Older
          <Icon name="chevron-right" />
        </PageLink>
      </nav>
    </div>
  );
}

function ordinals(total: AuditTotal, { first, last }: AuditRange): string {
  if (first === null || last === null) return `${totalText(total)} in all`;
  return `${first.toLocaleString("en-US")}–${last.toLocaleString("en-US")} of ${totalText(total)}`;
}

type PageLinkProps = { href?: string; rel: string; onGo: (href: string) => void; children: ReactNode };

function PageLink({ href, rel, onGo, children }: PageLinkProps) {
  if (!href) {
    return (
      // biome-ignore lint/a11y/useValidAnchor: a link without a place to go is the disabled state of a link
      <a className="btn" role="link" aria-disabled="true">
        {children}
      </a>
    );
  }
  return (
    <Link
      className="btn"
      href={href}
      rel={rel}
      prefetch={false}
      scroll={false}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        onGo(href);
      }}
    >
      {children}
    </Link>
  );
}
