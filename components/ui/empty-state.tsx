import type { ReactNode } from "react";

/** What stands in place of a list with nothing in it: why, and what to do. */
export function EmptyState({
  title,
  children,
  actions,
  art,
  heading: Heading = "h2",
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  art?: ReactNode;
  /** `h1` where it is all that the page says. */
  heading?: "h1" | "h2";
}) {
  return (
    <div className="empty">
      {art}
      <Heading className="empty-title">{title}</Heading>
      {children ? <p className="empty-text">{children}</p> : null}
      {actions ? <div className="empty-acts">{actions}</div> : null}
    </div>
  );
}
