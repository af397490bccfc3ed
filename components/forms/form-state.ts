"use client";
import { createContext, useContext } from "react";
import type { ActionResult } from "./action-result";

/** The last answer of the form's action, for the fields inside it. */
export const FormStateContext = createContext<ActionResult | null>(null);

/** `isRefused`: the form came back, so what was not kept was not given. */
export function useFieldState(name: string): {
  errors: string[];
  kept: string | undefined;
  isRefused: boolean;
} {
  const result = useContext(FormStateContext);
  if (!result || result.ok) return { errors: [], kept: undefined, isRefused: false };
  const errors = result.fieldErrors;
  return {
    errors: errors && Object.hasOwn(errors, name) ? (errors[name] ?? []) : [],
    kept: result.values && Object.hasOwn(result.values, name) ? result.values[name] : undefined,
    isRefused: result.values !== undefined,
  };
}
