"use client";
import { ActionForm } from "@/components/forms/action-form";
import { SelectField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { updateProfileAction } from "./actions";

type Choice = { value: string; label: string };
type Props = {
  attemptId: string;
  name: string;
  mostNameLength: number;
  theme: string;
  themes: Choice[];
  timeZone: string;
  timeZones: Choice[];
};

/** How a person is called, and how pages look to them. */
export function ProfileForm(props: Props) {
  return (
    <ActionForm
      action={updateProfileAction}
      attemptId={props.attemptId}
      label="Profile"
      onSuccess={({ value }) => showTheme(value)}
    >
      <TextField
        name="name"
        label="Name"
        autoComplete="name"
        maxLength={props.mostNameLength}
        defaultValue={props.name}
        required
      />
      <SelectField name="theme" label="Theme" options={props.themes} defaultValue={props.theme} />
      <SelectField
        name="timeZone"
        label="Time zone"
        hint="Times on all pages are shown in it."
        options={props.timeZones}
        defaultValue={props.timeZone}
      />
      <SubmitButton pendingText="Saving">Save</SubmitButton>
    </ActionForm>
  );
}

/** The switch of the frame changes the page past React, which then does not see that the attribute is another. */
function showTheme(value: unknown) {
  const theme = typeof value === "object" && value !== null && "theme" in value ? value.theme : null;
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else if (theme === "system") delete root.dataset.theme;
}
