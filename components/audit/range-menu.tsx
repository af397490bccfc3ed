"use client";
import * as Popover from "@radix-ui/react-popover";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { type Range, RangeFields } from "./range-fields";
import { presetOf, rangeText } from "./range-text";

type Props = {
  range: Range;
  pending: boolean;
  timeZone: string;
  now: string;
  onChange: (range: Range) => void;
};

/** The date range. Nothing is chosen until someone chooses. */
export function RangeMenu({ range, pending, timeZone, now, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const chosen = range.since !== undefined || range.until !== undefined;
  const shown = chosen ? (presetOf(range, Date.parse(now), timeZone) ?? "Custom range") : "Any time";
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button
          className={pending ? "f pend" : "f"}
          aria-label={`Date range: ${shown}`}
          aria-describedby={id}
        >
          <Icon name="calendar" />
          {shown}
          <Icon name="chevron-down" className="chev" />
        </Button>
      </Popover.Trigger>
      <span id={id} className="sr-only">
        {[chosen ? rangeText(range, timeZone) : "", pending ? "not applied yet" : ""]
          .filter(Boolean)
          .join(", ")}
      </span>
      <Popover.Portal>
        <Popover.Content
          className="pop range-pop p-0"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Filter by date"
        >
          <RangeFields
            range={range}
            timeZone={timeZone}
            onChange={onChange}
            onPreset={() => setOpen(false)}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
