"use client";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import { ActorSign, EmailText } from "./actor";
import type { FacetValue } from "./types";

type Props = { id: string; value: FacetValue; chosen: boolean; current: boolean; onToggle: () => void };

/** One value of a dropdown with its count. */
export function FacetOption({ id, value, chosen, current, onToggle }: Props) {
  const person = value.actorType === "user" || value.actorType === "api_key";
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the search field, which names the active option
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search field handles the keys
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      aria-label={value.label}
      aria-describedby={value.count === null ? undefined : `${id}-count`}
      className="opt"
      data-current={current || undefined}
      data-value={value.value}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onToggle}
    >
      <span className="opt-box">
        <Icon name="check" />
      </span>
      <span className={value.actorType && !person ? "who soft" : "who"}>
        {value.actorType ? <ActorSign type={value.actorType} email={value.label} /> : null}
        <span className="cut">
          {person ? <EmailText email={value.label} /> : <VisibleText text={value.label} />}
        </span>
      </span>
      {value.count === null ? null : (
        <span className="opt-count" id={`${id}-count`}>
          {value.count.toLocaleString("en-US")}
          <span className="sr-only"> {value.count === 1 ? "event" : "events"}</span>
        </span>
      )}
    </div>
  );
}
