import type { ReactNode } from "react";

/** What stands in place of a list with nothing in it: why, and what to do. */
export function EmptyState({
  title,
  children,
  actions,
  art,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  art?: ReactNode;
}) {
  return (
    <div className="empty">
      {art}
      <h2 className="empty-title">{title}</h2>
      {children ? <p className="empty-text">{children}</p> : null}
      {actions ? <div className="empty-acts">{actions}</div> : null}
    </div>
  );
}
