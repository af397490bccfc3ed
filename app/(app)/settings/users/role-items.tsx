"use client";
import { type Dispatch, type SetStateAction, useId } from "react";
import { FormMessage } from "@/components/forms/form-message";
import { useFieldState } from "@/components/forms/form-state";
import { Badge } from "@/components/ui/badge";
import { VisibleText } from "@/components/visible-text/visible-text";

export interface CardItem {
  id: string;
  title: string;
  note: string;
  role: "maintainer" | "viewer" | null;
  /** Why it cannot be chosen. */
  blocked?: string;
}

/** The boxes of a card. */
export function RoleItems({
  label,
  name,
  items,
  ticked,
  onTick,
}: {
  label: string;
  name: string;
  items: CardItem[];
  ticked: ReadonlySet<string>;
  onTick: Dispatch<SetStateAction<ReadonlySet<string>>>;
}) {
  const id = useId();
  const { errors } = useFieldState(name);
  const tick = (item: string, on: boolean) =>
    onTick((before) => {
      const next = new Set(before);
      if (on) next.add(item);
      else next.delete(item);
      return next;
    });
  return (
    <fieldset>
      <legend className="sr-only">{label}</legend>
      {errors.length > 0 ? <FormMessage>{errors.join(" ")}</FormMessage> : null}
      <ul className="max-h-[360px] divide-y divide-line overflow-y-auto rounded-control border border-line">
        {items.map((item) => (
          <li key={item.id} className="flex items-center gap-2.5 px-3 py-2">
            <input
              type="checkbox"
              id={`${id}-${item.id}`}
              name={name}
              value={item.id}
              className="check"
              checked={ticked.has(item.id)}
              disabled={item.blocked !== undefined}
              onChange={(event) => tick(item.id, event.target.checked)}
            />
            <label htmlFor={`${id}-${item.id}`} className="min-w-0 flex-1 text-sm [overflow-wrap:anywhere]">
              <span className="font-medium">
                <VisibleText text={item.title} />
              </span>{" "}
              <span className="text-fg-3 text-xs">
                <VisibleText text={item.note} />
                {item.blocked ? ` · ${item.blocked}` : ""}
              </span>
            </label>
            {item.role ? <Badge>{item.role === "maintainer" ? "Maintainer" : "Viewer"}</Badge> : null}
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
