"use client";
import {
  type ReactNode,
  startTransition,
  useActionState,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { useHydrated } from "@/components/ui/hydrated";
import { useKeptFocus } from "@/components/ui/keep-focus";
import { useToast } from "@/components/ui/toast";
import type { ActionResult, FormAction } from "./action-result";
import { mintAttemptId } from "./attempt-id";
import { FormMessage } from "./form-message";
import { FormStateContext } from "./form-state";

/**
 * A form on a server action that works before hydration. Fields inside (`TextField` and so on) show their
 * own errors; what belongs to no field stands above them. `attemptId` is minted by the page; it is renewed
 * after every answer, because a definite answer ends the attempt, and kept when the answer is lost.
 */
export function ActionForm({
  action,
  attemptId,
  children,
  className,
  label,
  onSuccess,
  onAnswered,
  hideMessage = false,
  alwaysSayMessage = false,
}: {
  action: FormAction;
  /** Absent for anonymous forms, where each try counts. */
  attemptId?: string;
  children: ReactNode;
  className?: string;
  /** The form's accessible name, when a page has several. */
  label?: string;
  onSuccess?: (result: ActionResult & { ok: true }) => void;
  /** With the next attempt's id, for a caller that may mount the form again: the one before is ended. */
  onAnswered?: (nextAttemptId: string) => void;
  /** For a caller that shows the answer itself. */
  hideMessage?: boolean;
  /** Where an error may belong to a field that shows none (a hidden one). */
  alwaysSayMessage?: boolean;
}) {
  const toast = useToast();
  const [result, submit] = useActionState(useSpokenAction(action, toast), null);
  const [attempt, setAttempt] = useState(attemptId);
  const form = useRef<HTMLFormElement>(null);
  const answered = useRef<ActionResult | null>(null);
  useKeptFocus(form);

  useEffect(() => {
    if (result === null || answered.current === result) return;
    answered.current = result;
    if (attemptId !== undefined) {
      const next = mintAttemptId();
      setAttempt(next);
      onAnswered?.(next);
    }
    if (result.ok) {
      if (result.message && !spoken.has(result)) toast(result.message);
      onSuccess?.(result);
    } else {
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    }
  }, [result, attemptId, onSuccess, onAnswered, toast]);

  return (
    <form ref={form} action={submit} className={className} aria-label={label} noValidate>
      {attempt === undefined ? null : <input type="hidden" name="attemptId" value={attempt} readOnly />}
      <FormStateContext value={result}>
        {result && !result.ok && !hideMessage && (alwaysSayMessage || !isSaidBesideFields(result)) ? (
          <FormMessage>{result.message}</FormMessage>
        ) : null}
        {result?.ok && result.message ? (
          // With JavaScript a toast says it.
          <noscript>
            <FormMessage tone="info">{result.message}</FormMessage>
          </noscript>
        ) : null}
        {children}
      </FormStateContext>
    </form>
  );
}

/** Answers whose message was shown when they came. */
const spoken = new WeakSet<ActionResult>();

/**
 * The action, which says its message itself: the page that comes with the answer may have lost the form, as a row that is
 * done with goes. Before hydration it is the server's own, which works without scripts.
 */
function useSpokenAction(action: FormAction, toast: (text: string) => void): FormAction {
  const isHydrated = useHydrated();
  const speaking = useCallback<FormAction>(
    async (previous, sent) => {
      const answer = await action(previous, sent);
      const message = answer?.ok ? answer.message : undefined;
      if (answer && message) {
        spoken.add(answer);
        // Together with the new page and the emptied fields: what is typed after the message stays.
        startTransition(() => toast(message));
      }
      return answer;
    },
    [action, toast],
  );
  return isHydrated ? speaking : action;
}

/** The message of a form that does not parse is the first of those beside its fields. */
function isSaidBesideFields(result: ActionResult & { ok: false }): boolean {
  const named = Object.keys(result.fieldErrors ?? {});
  return result.code === "invalid" && named.length > 0 && !named.includes("form");
}
