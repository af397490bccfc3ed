"use client";
import { useEffect, useState } from "react";
import { TextAreaField } from "@/components/forms/fields";
import { maxContentBytes } from "@/lib/features/data-sources/schemas";

/** The text of a source. Its size is looked at here too, as a body that is too large reaches no form of ours. */
export function ContentField() {
  const [bytes, setBytes] = useState(0);
  const [area, setArea] = useState<HTMLTextAreaElement | null>(null);
  const large = bytes > maxContentBytes;

  // Sent all the same, it would be refused before the page could keep what was typed.
  useEffect(() => {
    const form = area?.form;
    if (!large || !form) return;
    const keep = (event: SubmitEvent) => {
      event.preventDefault();
      area.focus();
    };
    form.addEventListener("submit", keep);
    return () => form.removeEventListener("submit", keep);
  }, [large, area]);

  return (
    <TextAreaField
      name="content"
      label="Content"
      rows={8}
      hint={
        large
          ? `This text has ${(bytes / 1_000_000).toFixed(2)} MB, and at most 1 MB can be typed in. Upload it as a file below.`
          : "Plain text or Markdown, at most 1 MB. A text sent again under its title is brought up to date."
      }
      onChange={(event) => {
        const { value } = event.currentTarget;
        // Measured only where it may matter: no character has more than three bytes a unit.
        setBytes(value.length * 3 > maxContentBytes ? new TextEncoder().encode(value).length : 0);
        setArea(event.currentTarget);
      }}
    />
  );
}
