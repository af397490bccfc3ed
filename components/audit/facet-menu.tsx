"use client";
import * as Popover from "@radix-ui/react-popover";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { FacetList } from "./facet-list";
import type { ListLookup } from "./facet-lookup";
import { FACET_NAMES, withChosen } from "./facet-names";
import type { FacetKey, FacetValue } from "./types";

type Props = {
  facet: FacetKey;
  values: FacetValue[];
  chosen: string[];
  lookup: ListLookup;
  /** Whether the choice differs from what is applied. */
  pending: boolean;
  onChange: (chosen: string[]) => void;
};

/** One dropdown of the filter bar. Its accessible name is the filter's; the count is its description. */
export function FacetMenu({ facet, values, chosen, lookup, pending, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const names = FACET_NAMES[facet];
  const said = [chosen.length > 0 ? `${chosen.length} chosen` : "", pending ? "not applied yet" : ""];
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button
          className={pending ? "f pend" : "f"}
          aria-label={names.label}
          aria-describedby={chosen.length > 0 || pending ? id : undefined}
        >
          {names.label}
          {chosen.length > 0 ? <span className="btn-count">{chosen.length}</span> : null}
          <Icon name="chevron-down" className="chev" />
        </Button>
      </Popover.Trigger>
      <span id={id} className="sr-only">
        {said.filter(Boolean).join(", ")}
      </span>
      <Popover.Portal>
        <Popover.Content
          className="pop facet"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={`Filter by ${names.label.toLowerCase()}`}
        >
          <FacetList
            plural={names.plural}
            others={names.others}
            values={withChosen(values, chosen)}
            chosen={chosen}
            lookup={lookup}
            onChange={onChange}
          />
          <div className="facet-foot">
            <span aria-live="polite">{chosen.length} chosen</span>
            <Button look="quiet" onClick={() => onChange([])}>
              Clear
            </Button>
            <Button onClick={() => setOpen(false)}>Done</Button>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
