"use client";
import { useId } from "react";
import { describedBy, FieldFrame } from "@/components/forms/field-frame";
import { useFieldState } from "@/components/forms/form-state";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { IntegrationChannel } from "@/lib/access/integration-types";

const choices = [
  ["auto", "Auto"],
  ["manual", "Manual"],
  ["remove", "Remove"],
] as const;

/** What is to become of a channel. All of the form's have one name: of what comes back each takes its own line. */
export function ChannelSelect({ channel: { id, name, mode } }: { channel: IntegrationChannel }) {
  const field = useId();
  const { errors, kept } = useFieldState("channel");
  const chosen = kept?.split("\n").find((line) => line.endsWith(` ${id}`)) ?? `${mode} ${id}`;
  return (
    <FieldFrame id={field} label={<VisibleText text={name} />} errors={errors}>
      <div className="relative">
        <select
          // A select does not follow a changed default: a new one is made.
          key={chosen}
          id={field}
          name="channel"
          defaultValue={chosen}
          aria-invalid={errors.length > 0 || undefined}
          aria-describedby={describedBy(field, undefined, errors)}
          className="input"
        >
          {choices.map(([value, label]) => (
            <option key={value} value={`${value} ${id}`}>
              {label}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" className="pointer-events-none absolute top-2.5 right-2.5 text-fg-3" />
      </div>
    </FieldFrame>
  );
}
