import { SelectField, TextAreaField, TextField } from "@/components/forms/fields";
import {
  maxDescription,
  maxExampleQuestion,
  maxExampleQuestions,
  maxInstructions,
  maxIntro,
  maxName,
  maxTopics,
} from "@/lib/features/gurus/schemas";
import { LogoField } from "./logo-field";

interface GuruFieldValues {
  name: string;
  description: string;
  topics: string;
  introText: string;
  exampleQuestions: string[];
  instructions: string;
  visibility: "private" | "organization";
}

/** Those fields of a guru that its settings share with its creation. */
export function GuruNameField({ value }: { value?: string }) {
  return (
    <TextField
      name="name"
      label="Name"
      defaultValue={value}
      maxLength={maxName}
      autoComplete="off"
      required
    />
  );
}

export function GuruFields({ values }: { values?: GuruFieldValues }) {
  const questions = Array.from({ length: maxExampleQuestions }, (_, n) => n);
  return (
    <>
      <TextAreaField
        name="description"
        label="Description"
        hint="What it is for, in a sentence or two."
        defaultValue={values?.description}
        maxLength={maxDescription}
        rows={2}
        optional
      />
      <TextField
        name="topics"
        label="Topics"
        hint="Separated by commas."
        defaultValue={values?.topics}
        maxLength={maxTopics}
        optional
      />
      <SelectField
        name="visibility"
        label="Who may ask"
        defaultValue={values?.visibility ?? "private"}
        options={[
          { value: "private", label: "Only people with a role in it" },
          { value: "organization", label: "Every member of the organization" },
        ]}
      />
      <TextAreaField
        name="introText"
        label="Intro text"
        hint="Shown above the question."
        defaultValue={values?.introText}
        maxLength={maxIntro}
        rows={2}
        optional
      />
      <fieldset className="field-group">
        <legend className="field-label">
          Example questions <span className="field-optional">optional</span>
        </legend>
        {questions.map((n) => (
          <TextField
            key={n}
            name="exampleQuestions"
            label={<span className="sr-only">Example question {n + 1}</span>}
            defaultValue={values?.exampleQuestions[n]}
            maxLength={maxExampleQuestion}
            autoComplete="off"
          />
        ))}
      </fieldset>
      <TextAreaField
        name="instructions"
        label="Instructions"
        hint="How it should answer: tone, what to leave out, whom to send people to."
        defaultValue={values?.instructions}
        maxLength={maxInstructions}
        rows={4}
        optional
      />
      <LogoField />
    </>
  );
}
