"use client";
import { type ReactNode, useContext } from "react";
import { FormMessage } from "@/components/forms/form-message";
import { FormStateContext } from "@/components/forms/form-state";
import { CopyButton } from "@/components/ui/copy-button";

/** The recovery codes just made, in the one answer that carries them; before that the form's own content. */
export function RecoveryCodes({ children }: { children: ReactNode }) {
  const result = useContext(FormStateContext);
  if (!result?.ok) return children;
  const made = result.value as { recoveryCodes: string[] } | null;
  if (!made)
    return (
      <FormMessage>
        These recovery codes were made before and were shown then. Make new ones if you did not keep them.
      </FormMessage>
    );
  return (
    <div className="new-key">
      <h3 className="field-label">Recovery codes</h3>
      <p className="field-hint">
        Keep them where you keep passwords: each opens your account once when your app is lost. They are shown
        only now.
      </p>
      <ul className="mono my-3 grid grid-cols-2 gap-x-6 gap-y-1 text-sm" aria-label="Recovery codes">
        {made.recoveryCodes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <CopyButton text={made.recoveryCodes.join("\n")} label="Copy the recovery codes" shown="Copy" />
    </div>
  );
}
