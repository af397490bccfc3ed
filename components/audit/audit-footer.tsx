"use client";
import Link from "next/link";
import { Icon } from "@/components/ui/icon";
import { timeSpan } from "@/components/ui/time-format";
import { totalText } from "./total-text";
import type { AuditCursors, AuditRange, AuditTotal } from "./types";

type Props = {
  total: AuditTotal;
  range: AuditRange;
  cursors: AuditCursors;
  timeZone: string;
  onGo: (href: string) => void;
};

/** The rows shown, and the way to the newer and older ones. */
export function AuditFooter({ total, range, cursors, timeZone, onGo }: Props) {
  const ordinals =
    range.first !== null && range.last !== null
      ? `${range.first.toLocaleString("en-US")}–${range.last.toLocaleString("en-US")} of ${totalText(total)}`
      : `${totalText(total)} in all`;
  return (
    <div className="foot">
      <b>{ordinals}</b>
      {range.oldest && range.newest ? (
        <span className="foot-times">
          <span className="mr-3 text-fg-3" aria-hidden="true">
            ·
          </span>
          {timeSpan(range.oldest, range.newest, timeZone)}
        </span>
      ) : null}
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

type PageLinkProps = { href?: string; rel: string; onGo: (href: string) => void; children: React.ReactNode };

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
