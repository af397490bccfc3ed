"use client";
import { useId, useState } from "react";
import { describedBy, FieldFrame } from "@/components/forms/field-frame";
import { useFieldState } from "@/components/forms/form-state";
import { maxLogoBytes } from "@/lib/features/gurus/schemas";

/** The picture of a guru. Its size is looked at here too, as a body that is too large reaches no form of ours. */
export function LogoField() {
  const id = useId();
  const { errors } = useFieldState("logo");
  const [problem, setProblem] = useState<string | null>(null);
  const shown = problem ? [problem] : errors;
  const hint = "PNG or JPEG, at most 1 MB.";
  return (
    <FieldFrame id={id} label="Logo" hint={hint} errors={shown} optional>
      <input
        id={id}
        name="logo"
        type="file"
        accept="image/png,image/jpeg"
        className="input"
        aria-invalid={shown.length > 0 || undefined}
        aria-describedby={describedBy(id, hint, shown)}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          const large = chosen !== undefined && chosen.size > maxLogoBytes;
          setProblem(large ? "This picture has more than 1 MB. Choose a smaller one." : null);
          if (large) event.currentTarget.value = "";
        }}
      />
    </FieldFrame>
  );
}
