"use client";
import * as Popover from "@radix-ui/react-popover";
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { useHotkey } from "@/components/ui/hotkey";
import { Icon } from "@/components/ui/icon";
import { absoluteTime } from "@/components/ui/time-format";
import { fromLocalInput, toLocalInput } from "@/lib/platform/zone-rules";

type Props = {
  timeZone: string;
  /** Milliseconds; events before it are gone. Null: everything is kept. */
  keptFromMs: number | null;
  /** Where the rows shown begin, as the first proposal. */
  newest: string | null;
  onGo: (at: string) => void;
};

const LAST_OF_MINUTE_MS = 59_999;

/** Leads to the newest event at or before a moment. The filters stay. */
export function GoToDate({ timeZone, keptFromMs, newest, onGo }: Props) {
  const [open, setOpen] = useState(false);
  useHotkey({ key: "g" }, () => setOpen(true));
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button className="go-to-date" title="Go to a date (G)">
          <Icon name="calendar" />
          <span className="go-to-date-text">Go to date…</span>
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="pop range-pop"
          side="top"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Go to date"
        >
          <Fields
            timeZone={timeZone}
            keptFromMs={keptFromMs}
            newest={newest}
            onGo={(at) => {
              setOpen(false);
              onGo(at);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Fields({ timeZone, keptFromMs, newest, onGo }: Props) {
  const id = useId();
  const [text, setText] = useState(() => toLocalInput(newest ?? undefined, timeZone));
  const [problem, setProblem] = useState<string | null>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    // The minute that was chosen belongs to what is shown.
    const atMs = fromLocalInput(text, timeZone);
    const found = problemOf(atMs, keptFromMs, timeZone);
    setProblem(found);
    if (found === null && atMs !== undefined) onGo(new Date(atMs + LAST_OF_MINUTE_MS).toISOString());
  }

  return (
    <form className="range-fields" noValidate onSubmit={submit}>
      <label>
        Date and time
        <input
          type="datetime-local"
          className="input"
          value={text}
          aria-invalid={problem !== null || undefined}
          aria-describedby={`${id}-note`}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
        />
      </label>
      <p
        id={`${id}-note`}
        className={problem ? "text-red-fg text-xs" : "text-fg-3 text-xs"}
        aria-live="polite"
      >
        {problem ?? `Shows what happened up to then, newest first. Times in ${timeZone}.`}
      </p>
      <Button type="submit" look="primary">
        Go
      </Button>
    </form>
  );
}

function problemOf(atMs: number | undefined, keptFromMs: number | null, timeZone: string): string | null {
  if (atMs === undefined) return "Choose a date and a time.";
  if (atMs > Date.now()) return "That is still to come. Choose a moment up to now.";
  if (keptFromMs === null || atMs + LAST_OF_MINUTE_MS >= keptFromMs) return null;
  const from = absoluteTime(new Date(keptFromMs).toISOString(), timeZone, "minutes");
  return `Events are kept from ${from} on; what was before is gone.`;
}
