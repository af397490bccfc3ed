"use client";
import { useContext } from "react";
import { FormMessage } from "@/components/forms/form-message";
import { FormStateContext } from "@/components/forms/form-state";
import { SecretOnce } from "@/components/forms/secret-once";

/** The password of the account just made, in the one answer that carries it. */
export function NewUser() {
  const result = useContext(FormStateContext);
  if (!result?.ok) return null;
  const made = result.value as { email: string; password: string } | null;
  if (!made)
    return (
      <FormMessage>
        This user was created before, and the password was shown then. Reset the password if you lost it.
      </FormMessage>
    );
  return (
    <div className="new-key">
      <SecretOnce
        label={`Password of ${made.email}`}
        value={made.password}
        note="Give it to them now: it is shown only once. They choose their own at the first sign-in."
      />
    </div>
  );
}
