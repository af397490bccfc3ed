"use client";
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { IconButton } from "@/components/ui/button";
import { cn } from "@/components/ui/class-names";
import { Icon } from "@/components/ui/icon";
import { describedBy, FieldFrame } from "./field-frame";
import { useFieldState } from "./form-state";

type Common = { name: string; label: ReactNode; hint?: ReactNode; optional?: boolean };

/** A labelled input. Inside an `ActionForm` it shows the errors of its name and keeps what was typed. */
export function TextField({
  name,
  label,
  hint,
  optional,
  defaultValue,
  className,
  ...rest
}: Common & Omit<ComponentProps<"input">, "name" | "id">) {
  const id = useId();
  const { errors, kept } = useFieldState(name);
  return (
    <FieldFrame id={id} label={label} hint={hint} errors={errors} optional={optional}>
      <input
        id={id}
        name={name}
        defaultValue={kept ?? defaultValue}
        aria-invalid={errors.length > 0 || undefined}
        aria-describedby={describedBy(id, hint, errors)}
        className={cn("input", className)}
        {...rest}
      />
    </FieldFrame>
  );
}

/** A password, with a button that shows it. */
export function PasswordField({
  name,
  label,
  hint,
  optional,
  ...rest
}: Common & Omit<ComponentProps<"input">, "name" | "id" | "type">) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const { errors } = useFieldState(name);
  return (
    <FieldFrame id={id} label={label} hint={hint} errors={errors} optional={optional}>
      <div className="relative">
        <input
          id={id}
          name={name}
          type={shown ? "text" : "password"}
          aria-invalid={errors.length > 0 || undefined}
          aria-describedby={describedBy(id, hint, errors)}
          className="input pr-10"
          {...rest}
        />
        <IconButton
          // "Password" alone must find the field, so the button's name leaves the word out.
          label={shown ? "Hide what is typed" : "Show what is typed"}
          aria-pressed={shown}
          className="absolute top-1 right-1 size-7"
          onClick={() => setShown(!shown)}
        >
          <Icon name={shown ? "eye-off" : "eye"} />
        </IconButton>
      </div>
    </FieldFrame>
  );
}

export function TextAreaField({
  name,
  label,
  hint,
  optional,
  defaultValue,
  className,
  ...rest
}: Common & Omit<ComponentProps<"textarea">, "name" | "id">) {
  const id = useId();
  const { errors, kept } = useFieldState(name);
  return (
    <FieldFrame id={id} label={label} hint={hint} errors={errors} optional={optional}>
      <textarea
        id={id}
        name={name}
        defaultValue={kept ?? defaultValue}
        aria-invalid={errors.length > 0 || undefined}
        aria-describedby={describedBy(id, hint, errors)}
        className={cn("input", className)}
        {...rest}
      />
    </FieldFrame>
  );
}

type SelectOption = { value: string; label: string; disabled?: boolean };

/** The browser's own select. */
export function SelectField({
  name,
  label,
  hint,
  optional,
  options,
  defaultValue,
  ...rest
}: Common & { options: SelectOption[] } & Omit<ComponentProps<"select">, "name" | "id">) {
  const id = useId();
  const { errors, kept } = useFieldState(name);
  const start = kept ?? defaultValue;
  return (
    <FieldFrame id={id} label={label} hint={hint} errors={errors} optional={optional}>
      <div className="relative">
        <select
          // A select does not follow a changed default: a new one is made when the kept value changes.
          key={String(start ?? "")}
          id={id}
          name={name}
          defaultValue={start}
          aria-invalid={errors.length > 0 || undefined}
          aria-describedby={describedBy(id, hint, errors)}
          className="input"
          {...rest}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" className="pointer-events-none absolute top-2.5 right-2.5 text-fg-3" />
      </div>
    </FieldFrame>
  );
}

/** A box with its words beside it. */
export function CheckboxField({
  name,
  label,
  hint,
  defaultChecked,
  ...rest
}: Omit<Common, "optional"> & Omit<ComponentProps<"input">, "name" | "id" | "type">) {
  const id = useId();
  const { errors, kept, isRefused } = useFieldState(name);
  // Boxes of one name come back as lines.
  const wasChecked = kept?.split("\n").includes(String(rest.value ?? "on")) ?? false;
  const checked = isRefused ? wasChecked : defaultChecked;
  return (
    <div className="field">
      <div className="flex items-start gap-2.5">
        <input
          // A box does not follow a changed default: a new one is made when the kept value changes.
          key={String(checked ?? false)}
          defaultChecked={checked}
          type="checkbox"
          id={id}
          name={name}
          aria-invalid={errors.length > 0 || undefined}
          aria-describedby={describedBy(id, hint, errors)}
          className="check mt-0.5"
          {...rest}
        />
        <label htmlFor={id} className="text-sm">
          {label}
        </label>
      </div>
      {hint ? (
        <p className="field-hint ml-[26px]" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {errors.length > 0 ? (
        <p className="field-error ml-[26px]" id={`${id}-error`}>
          {errors.join(" ")}
        </p>
      ) : null}
    </div>
  );
}
