import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { CheckboxField, SelectField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import type { BotType, IntegrationChannel } from "@/lib/access/integration-types";
import { editIntegrationAction } from "../actions";
import { ChannelSelect } from "./channel-select";

const modes = [
  { value: "auto", label: "Auto" },
  { value: "manual", label: "Manual" },
];

const words: Record<BotType, { none: string; add: string; placeholder: string; hint: string }> = {
  SLACK: {
    none: "No channel is chosen yet.",
    add: "Add a channel",
    placeholder: "#support",
    hint: "Invite the bot there first: /invite @bot.",
  },
  DISCORD: {
    none: "No channel is chosen yet.",
    add: "Add a channel",
    placeholder: "#support",
    hint: "The bot needs View Channel, Read Message History and Send Messages there.",
  },
  GITHUB: {
    none: "No repository is chosen yet.",
    add: "Add a repository",
    placeholder: "owner/name",
    hint: "One that the GitHub App is installed on.",
  },
};

/** Where the bot answers: each channel with its mode, one to add, direct messages. Works without scripts. */
export function ChannelForm({
  guru,
  type,
  integration,
}: {
  guru: string;
  type: BotType;
  integration: { id: string; channels: IntegrationChannel[]; directMessages: boolean };
}) {
  const { id, channels, directMessages } = integration;
  return (
    <ActionForm action={editIntegrationAction} attemptId={randomUUID()} label="Where the bot answers">
      <input type="hidden" name="guru" value={guru} readOnly />
      <input type="hidden" name="id" value={id} readOnly />
      {channels.length === 0 ? <p className="mb-4 text-fg-3 text-sm">{words[type].none}</p> : null}
      {channels.map((channel) => (
        <ChannelSelect key={channel.id} channel={channel} />
      ))}
      <div className="grid gap-x-4 sm:grid-cols-[1fr_180px]">
        <TextField
          // Emptied once it was added.
          key={channels.length}
          name="add"
          label={words[type].add}
          optional
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          placeholder={words[type].placeholder}
          hint={words[type].hint}
        />
        <SelectField name="addMode" label="Its mode" defaultValue="manual" options={modes} />
      </div>
      {type === "SLACK" ? (
        <CheckboxField name="directMessages" label="Answer direct messages" defaultChecked={directMessages} />
      ) : null}
      <SubmitButton look="primary">Save changes</SubmitButton>
    </ActionForm>
  );
}
