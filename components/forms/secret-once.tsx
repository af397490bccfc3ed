"use client";
import { useId } from "react";
import { CopyButton } from "@/components/ui/copy-button";

/** A secret or key, shown this one time: a read-only field with a copy button. */
export function SecretOnce({ label, value, note }: { label: string; value: string; note?: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className="field-label">
        {label}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          readOnly
          value={value}
          className="input mono"
          aria-describedby={`${id}-note`}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={value} label="Copy to clipboard" shown="Copy" className="h-9" />
      </div>
      <p className="field-hint" id={`${id}-note`}>
        {note ?? "Copy it now: it is shown only once."}
      </p>
    </div>
  );
}
