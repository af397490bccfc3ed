"use client";
import { useRef } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { TextAreaField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { Button } from "@/components/ui/button";
import { maxQuestion } from "@/lib/features/ask/schemas";
import { askGuruAction } from "./actions";
import { AnswerView } from "./answer-view";

/** The question and, below it, what the guru answers. */
export function AskForm({
  guru,
  attemptId,
  examples,
}: {
  guru: string;
  attemptId: string;
  examples: string[];
}) {
  const place = useRef<HTMLDivElement>(null);
  const use = (question: string) => {
    const field = place.current?.querySelector<HTMLTextAreaElement>('textarea[name="question"]');
    if (!field) return;
    field.value = question;
    field.focus();
  };
  return (
    <div ref={place}>
      <ActionForm action={askGuruAction} attemptId={attemptId} label="Ask">
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
          <SubmitButton look="primary" pendingText="Looking it up">
            Ask
          </SubmitButton>
        </div>
        <AnswerView guru={guru} />
      </ActionForm>
    </div>
  );
}
