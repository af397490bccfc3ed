"use client";
import { useCallback, useContext, useEffect, useRef, useState } from "react";
import { useFormStatus } from "react-dom";
import { ActionForm } from "@/components/forms/action-form";
import type { FormAction } from "@/components/forms/action-result";
import { TextAreaField } from "@/components/forms/fields";
import { FormMessage } from "@/components/forms/form-message";
import { FormStateContext } from "@/components/forms/form-state";
import { SubmitButton } from "@/components/forms/submit-button";
import { Button } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/hydrated";
import { type Answer, maxQuestion, type Outcome } from "@/lib/features/ask/schemas";
import { askGuruAction } from "./actions";
import { AnswerView } from "./answer-view";
import { readAnswer } from "./read-answer";
import { VoteForm } from "./vote-form";

/** There is nothing to vote on. */
const isEmpty: Partial<Record<Outcome, true>> = { nothing_found: true, search_timed_out: true };

/**
 * The question and, below it, what the guru answers.
 * @param isStreamed a model writes answers: they are read while they come. Before hydration the form waits for the whole
 */
export function AskForm({
  guru,
  attemptId,
  examples,
  isStreamed,
}: {
  guru: string;
  attemptId: string;
  examples: string[];
  isStreamed: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const { action, stop } = useStreamedAction(isStreamed, setAnswer);
  const use = (question: string) => {
    const field = place.current?.querySelector<HTMLTextAreaElement>('textarea[name="question"]');
    if (!field) return;
    field.value = question;
    field.focus();
  };
  return (
    <div ref={place}>
      <ActionForm action={action} attemptId={attemptId} label="Ask">
        <input type="hidden" name="guru" value={guru} readOnly />
        <TextAreaField
          name="question"
          label="Question"
          rows={3}
          maxLength={maxQuestion}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
        <div className="-mt-1 mb-5 flex items-start gap-2">
          <div className="flex min-w-0 flex-1 flex-wrap gap-1.5">
            {examples.map((example) => (
              <Button key={example} className="example" onClick={() => use(example)}>
                <span className="cut">{example}</span>
              </Button>
            ))}
          </div>
          <StopButton isOffered={isStreamed} onStop={stop} />
          <SubmitButton look="primary" pendingText="Looking it up">
            Ask
          </SubmitButton>
        </div>
        <Answered guru={guru} coming={answer} onWhole={setAnswer} />
      </ActionForm>
      {answer && answer.outcome !== null && !isEmpty[answer.outcome] ? (
        <VoteForm guru={guru} questionId={answer.questionId} />
      ) : null}
    </div>
  );
}

/** The form's action: the server's own, or one that reads the answer while it comes. */
function useStreamedAction(isStreamed: boolean, show: (answer: Answer) => void) {
  const isHydrated = useHydrated();
  const reading = useRef<AbortController | null>(null);
  // Who leaves the page reads no further.
  useEffect(() => () => reading.current?.abort(), []);
  const streamed = useCallback<FormAction>(
    async (_, form) => {
      const controller = new AbortController();
      reading.current = controller;
      const text = (name: string) => String(form.get(name) ?? "");
      const sent = { guru: text("guru"), question: text("question"), attemptId: text("attemptId") };
      const result = await readAnswer(sent, controller.signal, show);
      if (reading.current === controller) reading.current = null;
      return result;
    },
    [show],
  );
  return {
    action: isStreamed && isHydrated ? streamed : askGuruAction,
    stop: useCallback(() => reading.current?.abort(), []),
  };
}

function StopButton({ isOffered, onStop }: { isOffered: boolean; onStop: () => void }) {
  const { pending } = useFormStatus();
  return isOffered && pending ? <Button onClick={onStop}>Stop</Button> : null;
}

/** The answer that is coming, or the one that the form got. The form's own is handed out, as its vote is a form too. */
function Answered({
  guru,
  coming,
  onWhole,
}: {
  guru: string;
  coming: Answer | null;
  onWhole: (answer: Answer) => void;
}) {
  const { pending } = useFormStatus();
  const result = useContext(FormStateContext);
  const whole = result?.ok ? (result.value as Answer | null) : null;
  useEffect(() => {
    if (whole) onWhole(whole);
  }, [whole, onWhole]);
  if (result?.ok && !whole && !pending)
    return (
      <FormMessage tone="info">
        This question was answered already. Ask it again to see the answer.
      </FormMessage>
    );
  const shown = coming ?? whole;
  return shown && shown.guru.slug === guru ? <AnswerView answer={shown} /> : null;
}
