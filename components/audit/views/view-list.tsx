"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { visibleString } from "@/components/visible-text/tokens";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { SavedView } from "../types";
import { addressOf, filterOfView } from "./saved-filter";

type Props = {
  views: SavedView[];
  activeId: string | null;
  /** Whether the applied filter differs from the active view's. */
  differs: boolean;
  timeZone: string;
  nowMs: number;
  onOpen: (view: SavedView) => void;
  onDelete: (view: SavedView) => void;
};

/** One's own views and what others share; each a link, so that it opens in a tab of its own too. */
export function ViewList(props: Props) {
  const { views } = props;
  if (views.length === 0) {
    return (
      <p className="facet-none">
        No views yet. Apply filters, then save them under a name, for yourself or for all who read this log.
      </p>
    );
  }
  return (
    <div className="views-list">
      <Group title="Yours" {...props} views={views.filter((view) => view.isOwn)} />
      <Group title="Shared by others" {...props} views={views.filter((view) => !view.isOwn)} />
    </div>
  );
}

function Group({ title, views, ...rest }: Props & { title: string }) {
  if (views.length === 0) return null;
  return (
    <>
      <h3 className="facet-group">{title}</h3>
      <ul aria-label={title}>
        {views.map((view) => (
          <ViewRow key={view.id} view={view} {...rest} />
        ))}
      </ul>
    </>
  );
}

function ViewRow({
  view,
  activeId,
  differs,
  timeZone,
  nowMs,
  onOpen,
  onDelete,
}: Omit<Props, "views"> & { view: SavedView }) {
  const pathname = usePathname();
  const isActive = view.id === activeId;
  const note = view.isOwn ? (view.shared ? "Shared" : "") : view.owner;
  return (
    <li className="view-row">
      <Link
        className="menu-item"
        href={addressOf(pathname, filterOfView(view, nowMs, timeZone), view.id)}
        prefetch={false}
        scroll={false}
        aria-current={isActive || undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          onOpen(view);
        }}
      >
        <Icon name="check" className={isActive ? "view-check" : "view-check off"} />
        <span className="view-name cut" title={visibleString(view.name)}>
          <VisibleText text={view.name} />
        </span>
        {isActive && differs ? <span className="views-differs">changed</span> : null}
        {note ? (
          <span className="view-note cut" title={visibleString(note)}>
            <VisibleText text={note} />
          </span>
        ) : null}
      </Link>
      {view.mayDelete ? (
        <IconButton label={`Delete view ${visibleString(view.name)}`} onClick={() => onDelete(view)}>
          <Icon name="trash" />
        </IconButton>
      ) : null}
    </li>
  );
}
