"use client";
import { usePathname, useSearchParams } from "next/navigation";
import type { AppliedFilter, AuditCursors, AuditPageProps, SavedView } from "../types";
import { addressOf, filterOfView, keepingView } from "./saved-filter";

type Props = Pick<AuditPageProps, "views" | "applied" | "timeZone">;

/**
 * The open view as a part of the address: a label beside the filter, which alone chooses the events.
 * @param go shows another address
 * @param refresh shows this one anew
 */
export function useViewAddress(
  { views, applied, timeZone }: Props,
  go: (href: string) => void,
  refresh: () => void,
) {
  const pathname = usePathname();
  const params = useSearchParams();
  const active = views.list.find((view) => view.id === views.asked) ?? null;
  const activeId = active?.id ?? null;

  /** The address of a filter; the open view stays its label unless another, or none, is given. */
  function hrefOf(
    filter: AppliedFilter,
    viewId: string | null = activeId,
    more: { at?: string } = {},
  ): string {
    return addressOf(pathname, filter, viewId, more);
  }

  return {
    isUnknown: views.asked !== null && active === null,
    hrefOf,
    /** Whether the address names no place in the log: it means the newest page whenever it is opened. */
    isNewestAddress: !["older", "newer", "at"].some((name) => params.has(name)),
    keptIn: (cursors: AuditCursors): AuditCursors => ({
      newer: keepingView(cursors.newer, activeId),
      older: keepingView(cursors.older, activeId),
    }),
    menu: {
      views: views.list,
      active,
      onOpen: (view: SavedView) => go(hrefOf(filterOfView(view, Date.now(), timeZone), view.id)),
      onSaved: (id: string) => go(hrefOf(applied, id)),
      onDeleted: (view: SavedView) => (view.id === activeId ? go(hrefOf(applied, null)) : refresh()),
    },
  };
}
