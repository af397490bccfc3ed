"use client";
import { useContext } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { FormStateContext } from "@/components/forms/form-state";
import { Button } from "@/components/ui/button";
import { rateAnswerAction } from "./actions";

/** Did the answer help? A second click takes the vote back. */
export function VoteForm({ guru, questionId }: { guru: string; questionId: string }) {
  return (
    <ActionForm
      key={questionId}
      action={rateAnswerAction}
      attemptId={`vote-${questionId}`}
      label="Your vote"
      className="mt-4 flex flex-wrap items-center gap-2"
      alwaysSayMessage
    >
      <input type="hidden" name="guru" value={guru} readOnly />
      <input type="hidden" name="questionId" value={questionId} readOnly />
      <VoteButtons />
    </ActionForm>
  );
}

const choices = [
  { vote: "up", words: "It helped" },
  { vote: "down", words: "It did not help" },
] as const;

function VoteButtons() {
  const result = useContext(FormStateContext);
  const given = result?.ok ? (result.value as { vote: string | null } | null)?.vote : null;
  return choices.map(({ vote, words }) => (
    <Button
      key={vote}
      type="submit"
      name="vote"
      value={given === vote ? "none" : vote}
      look={given === vote ? "primary" : "default"}
      aria-pressed={given === vote}
    >
      {words}
    </Button>
  ));
}
