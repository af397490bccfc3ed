"use client";
import { useContext } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { FormStateContext } from "@/components/forms/form-state";
import { SubmitButton } from "@/components/forms/submit-button";
import { VisibleText } from "@/components/visible-text/visible-text";
import { listChannelsAction } from "../actions";

/** A button that has the channels shown that the bot can see. */
export function SeenChannels({ guru, id, attemptId }: { guru: string; id: string; attemptId: string }) {
  return (
    <ActionForm
      action={listChannelsAction}
      attemptId={attemptId}
      label="What the bot sees"
      className="mt-4"
      alwaysSayMessage
    >
      <input type="hidden" name="guru" value={guru} readOnly />
      <input type="hidden" name="id" value={id} readOnly />
      <SubmitButton look="default" pendingText="Asking the service">
        Show what the bot sees
      </SubmitButton>
      <Seen />
    </ActionForm>
  );
}

function Seen() {
  const result = useContext(FormStateContext);
  if (!result?.ok) return null;
  const seen = (result.value as { channels: { id: string; name: string }[] } | null)?.channels ?? [];
  return (
    <div role="status" className="mt-3 text-sm">
      {seen.length === 0 ? (
        <p className="text-fg-2">
          It sees nothing yet. Invite it to a channel, or install the App on a repository.
        </p>
      ) : (
        <ul aria-label="Channels that the bot sees" className="max-h-60 overflow-y-auto">
          {seen.map(({ id, name }) => (
            <li key={id} className="[overflow-wrap:anywhere]">
              <VisibleText text={name} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
