import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icon";

type FieldFrameProps = {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  errors: string[];
  /** Says "optional" beside the label, outside its text, so that the field's name stays exact. */
  optional?: boolean;
  children: ReactNode;
};

/** The ids that `aria-describedby` of the control names: its hint, then its errors. */
export function describedBy(id: string, hint: ReactNode, errors: string[]): string | undefined {
  const ids = [hint ? `${id}-hint` : "", errors.length > 0 ? `${id}-error` : ""].filter(Boolean);
  return ids.length > 0 ? ids.join(" ") : undefined;
}

/** Label above, control, hint, errors: in this order for the eye and the ear. */
export function FieldFrame({ id, label, hint, errors, optional = false, children }: FieldFrameProps) {
  return (
    <div className="field">
      <div className="field-label">
        <label htmlFor={id}>{label}</label>
        {optional ? <span className="field-optional">optional</span> : null}
      </div>
      {children}
      {hint ? (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {errors.length > 0 ? (
        <div className="field-error" id={`${id}-error`}>
          <Icon name="alert" />
          <span>{errors.join(" ")}</span>
        </div>
      ) : null}
    </div>
  );
}
