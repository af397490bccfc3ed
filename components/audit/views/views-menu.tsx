"use client";
import * as Popover from "@radix-ui/react-popover";
import { useId, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { AppliedFilter, AuditPageProps, SavedView } from "../types";
import { DeleteViewDialog } from "./delete-view-dialog";
import { SaveViewDialog } from "./save-view-dialog";
import { differsFromView } from "./saved-filter";
import { ViewList } from "./view-list";

export type ViewsMenuProps = Pick<AuditPageProps, "scope" | "saveViewAction" | "deleteViewAction"> & {
  views: SavedView[];
  /** The one that the address names. */
  active: SavedView | null;
  applied: AppliedFilter;
  /** Something is chosen that is not applied yet: it would not be saved. */
  pending: boolean;
  timeZone: string;
  /** Milliseconds; the clock of the server at render. */
  nowMs: number;
  onOpen: (view: SavedView) => void;
  onSaved: (id: string) => void;
  onDeleted: (view: SavedView) => void;
};

type Asking = { about: "save" } | { about: "delete"; view: SavedView } | null;

/** The saved views of this log: which one is open, the others, and the way to save one. */
export function ViewsMenu(props: ViewsMenuProps) {
  const { views, active, applied, timeZone, nowMs } = props;
  const id = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<Asking>(null);
  const differs = active !== null && differsFromView(active, applied, nowMs, timeZone);

  function ask(about: Asking) {
    setOpen(false);
    setAsking(about);
  }
  const dialog = { scope: props.scope, returnFocus: () => trigger.current, onClose: () => setAsking(null) };

  return (
    <>
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger asChild>
          <Button
            ref={trigger}
            className="views-trigger"
            data-active={active !== null}
            aria-label="Views"
            aria-describedby={active ? id : undefined}
          >
            <Icon name="bookmark" />
            {active ? (
              <span className="cut">
                <VisibleText text={active.name} />
              </span>
            ) : (
              <span>Views</span>
            )}
            {differs ? <span className="views-differs">changed</span> : null}
            <Icon name="chevron-down" className="chev" />
          </Button>
        </Popover.Trigger>
        <span id={id} className="sr-only">
          {active ? <VisibleText text={active.name} /> : null} is open
          {differs ? "; the applied filter differs from it" : ""}
        </span>
        <Popover.Portal>
          <Popover.Content
            className="pop views-pop"
            align="end"
            sideOffset={6}
            collisionPadding={8}
            aria-label="Views"
          >
            <ViewList
              views={views}
              activeId={active?.id ?? null}
              differs={differs}
              timeZone={timeZone}
              nowMs={nowMs}
              onOpen={(view) => {
                setOpen(false);
                props.onOpen(view);
              }}
              onDelete={(view) => ask({ about: "delete", view })}
            />
            <div className="views-foot">
              <Button onClick={() => ask({ about: "save" })}>Save this filter…</Button>
            </div>
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {asking?.about === "save" ? (
        <SaveViewDialog
          {...dialog}
          applied={applied}
          pending={props.pending}
          timeZone={timeZone}
          nowMs={nowMs}
          action={props.saveViewAction}
          onSaved={props.onSaved}
        />
      ) : null}
      {asking?.about === "delete" ? (
        <DeleteViewDialog
          {...dialog}
          view={asking.view}
          action={props.deleteViewAction}
          onDeleted={props.onDeleted}
        />
      ) : null}
    </>
  );
}
