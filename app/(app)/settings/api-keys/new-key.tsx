"use client";
import { useContext } from "react";
import { FormMessage } from "@/components/forms/form-message";
import { FormStateContext } from "@/components/forms/form-state";
import { SecretOnce } from "@/components/forms/secret-once";

/** The key just made, in the one answer that carries it. */
export function NewKey() {
  const result = useContext(FormStateContext);
  if (!result?.ok) return null;
  const made = result.value as { name: string; key: string } | null;
  if (!made)
    return (
      <FormMessage>
        This key was created before and was shown then. Delete it and create another if you lost it.
      </FormMessage>
    );
  return (
    <div className="new-key">
      <SecretOnce
        label="API key"
        value={made.key}
        note={`Copy the key “${made.name}” now: it is shown only once.`}
      />
    </div>
  );
}
