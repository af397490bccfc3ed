"use client";
import { useId, useState } from "react";
import { Icon } from "@/components/ui/icon";
import { fromLocalInput, toLocalInput } from "@/lib/platform/zone-rules";
import { PRESETS, presetOf, presetSince } from "./range-text";

export type Range = { since?: string | undefined; until?: string | undefined };
type Props = { range: Range; timeZone: string; onChange: (range: Range) => void; onPreset?: () => void };

const LAST_OF_MINUTE_MS = 59_999;

/** Presets, and two fields for a range of one's own, in the person's zone. */
export function RangeFields({ range, timeZone, onChange, onPreset }: Props) {
  const id = useId();
  const [since, setSince] = useState(() => toLocalInput(range.since, timeZone));
  const [until, setUntil] = useState(() => toLocalInput(range.until, timeZone));
  const current = presetOf(range, Date.now(), timeZone);
  const wrong = isWrong(since, until, timeZone);

  function custom(nextSince: string, nextUntil: string) {
    setSince(nextSince);
    setUntil(nextUntil);
    if (isWrong(nextSince, nextUntil, timeZone)) return;
    const from = fromLocalInput(nextSince, timeZone);
    const to = fromLocalInput(nextUntil, timeZone);
    onChange({
      since: from === undefined ? undefined : new Date(from).toISOString(),
      // The end is inclusive: the minute that was typed belongs to the range.
      until: to === undefined ? undefined : new Date(to + LAST_OF_MINUTE_MS).toISOString(),
    });
  }

  function preset(days: number | null) {
    const chosen = days === null ? undefined : presetSince(days, Date.now(), timeZone);
    setSince(toLocalInput(chosen, timeZone));
    setUntil("");
    onChange({ since: chosen, until: undefined });
    onPreset?.();
  }

  return (
    <>
      <div className="p-1">
        <PresetButton current={!range.since && !range.until} onClick={() => preset(null)}>
          Any time
        </PresetButton>
        {PRESETS.map((each) => (
          <PresetButton key={each.days} current={current === each.label} onClick={() => preset(each.days)}>
            {each.label}
          </PresetButton>
        ))}
      </div>
      <hr className="menu-line mx-0" />
      <div className="range-fields">
        <label>
          Since
          <input
            type="datetime-local"
            className="input"
            value={since}
            aria-describedby={`${id}-note`}
            onChange={(event) => custom(event.target.value, until)}
          />
        </label>
        <label>
          Until
          <input
            type="datetime-local"
            className="input"
            value={until}
            aria-invalid={wrong || undefined}
            aria-describedby={`${id}-note`}
            onChange={(event) => custom(since, event.target.value)}
          />
        </label>
        <p
          id={`${id}-note`}
          className={wrong ? "text-red-fg text-xs" : "text-fg-3 text-xs"}
          aria-live="polite"
        >
          {wrong ? "Until must be after Since." : `Times in ${timeZone}.`}
        </p>
      </div>
    </>
  );
}

function isWrong(since: string, until: string, timeZone: string): boolean {
  const from = fromLocalInput(since, timeZone);
  const to = fromLocalInput(until, timeZone);
  return from !== undefined && to !== undefined && to < from;
}

function PresetButton({
  current,
  onClick,
  children,
}: {
  current: boolean;
  onClick: () => void;
  children: React.ReactNode;
}) {
  return (
    <button type="button" className="menu-item" aria-pressed={current} onClick={onClick}>
      {children}
      {current ? <Icon name="check" className="ml-auto" /> : null}
    </button>
  );
}
