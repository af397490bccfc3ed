"use client";
import { Fragment, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { setSingleKeys, singleKeysOn } from "@/components/ui/hotkey";
import { Kbd } from "@/components/ui/kbd";
import { Modal } from "@/components/ui/modal";

const SHORTCUTS: { keys: string[]; does: string }[] = [
  { keys: ["⌘K", "Ctrl K"], does: "Go to a page or guru" },
  { keys: ["?"], does: "Show these shortcuts" },
  { keys: ["/"], does: "Search the events, or the code" },
  { keys: ["G"], does: "Go to a date in the log" },
  { keys: ["↓", "J"], does: "Next event, or file that was found" },
  { keys: ["↑", "K"], does: "Previous event, or file" },
  { keys: ["Enter"], does: "Open the event's details, or the file" },
  { keys: ["Esc"], does: "Close what is open" },
];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const titleId = useId();
  const boxId = useId();
  const [on, setOn] = useState(singleKeysOn);
  return (
    <Modal labelledBy={titleId} onClose={onClose}>
      <h2 className="dlg-head" id={titleId}>
        Keyboard shortcuts
      </h2>
      <dl className="grid grid-cols-[120px_minmax(0,1fr)] gap-y-2 px-5 pt-3 text-sm">
        {SHORTCUTS.map((shortcut) => (
          <Fragment key={shortcut.does}>
            <dt className="flex items-start gap-1">
              {shortcut.keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd className="text-fg-2">{shortcut.does}</dd>
          </Fragment>
        ))}
      </dl>
      <div className="dlg-foot items-center">
        <div className="mr-auto flex items-center gap-2.5 text-sm">
          <input
            type="checkbox"
            className="check"
            id={boxId}
            checked={on}
            onChange={(event) => {
              setSingleKeys(event.target.checked);
              setOn(event.target.checked);
            }}
          />
          <label htmlFor={boxId}>Shortcuts of a single key</label>
        </div>
        <Button data-autofocus onClick={onClose}>
          Close
        </Button>
      </div>
    </Modal>
  );
}
