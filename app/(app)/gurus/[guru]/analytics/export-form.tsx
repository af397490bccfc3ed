"use client";
import { type FormEvent, useRef, useState } from "react";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

/** A second click within this would make the browser give up the first download. */
const restMs = 2_000;

/**
 * Sends for the file by a plain form, so that the browser saves it as it comes, whatever its size; without scripts too. The
 * page stays, so each export gets an attempt id of its own here.
 */
export function ExportForm({
  attemptId,
  fields,
  formats,
}: {
  attemptId: string;
  /** What the export is narrowed to, as the page is. */
  fields: Record<string, string>;
  formats: { value: string; label: string }[];
}) {
  const [attempt, setAttempt] = useState(attemptId);
  const [isSent, setSent] = useState(false);
  const rests = useRef(false);

  function onSubmit(event: FormEvent) {
    if (rests.current) return event.preventDefault();
    rests.current = true;
    setSent(true);
    // The browser takes the fields after this has returned.
    setTimeout(() => setAttempt(mintAttemptId()), 0);
    setTimeout(() => {
      rests.current = false;
      setSent(false);
    }, restMs);
  }

  return (
    <form
      method="post"
      action="/exports/analytics"
      aria-label="Export the analytics"
      className="analytics-export"
      onSubmit={onSubmit}
    >
      {Object.entries({ ...fields, attemptId: attempt }).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} readOnly />
      ))}
      <span className="relative">
        <select name="format" aria-label="Format" className="input">
          {formats.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" className="pointer-events-none absolute top-1.5 right-2 text-fg-3" />
      </span>
      <Button type="submit" aria-disabled={isSent || undefined}>
        <Icon name="download" />
        Export
      </Button>
      <span className="sr-only" aria-live="polite">
        {isSent ? "The export was sent for. Your browser saves it." : ""}
      </span>
    </form>
  );
}
