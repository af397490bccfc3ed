"use client";
import type { ComponentProps, ReactNode } from "react";
import { useFormStatus } from "react-dom";
import { Button } from "@/components/ui/button";

/** The form's button. While the answer is awaited it says so and takes no second click. */
export function SubmitButton({
  children,
  pendingText,
  look = "primary",
  disabled = false,
  ...rest
}: ComponentProps<typeof Button> & { children: ReactNode; pendingText?: string }) {
  const { pending } = useFormStatus();
  return (
    <Button
      type="submit"
      look={look}
      // Not `disabled` while pending: the button would lose focus, and keyboards their place.
      aria-disabled={pending || undefined}
      disabled={disabled}
      onClick={(event) => {
        if (pending) event.preventDefault();
      }}
      {...rest}
    >
      {pending ? <span className="spinner" aria-hidden="true" /> : null}
      {pending && pendingText ? pendingText : children}
    </Button>
  );
}
