"use client";
import { useId, useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import type { FormAction } from "@/components/forms/action-result";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { CheckboxField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { Button } from "@/components/ui/button";
import { Modal } from "@/components/ui/modal";
import { filterToSearchParams, isEmptyFilter } from "../filter-url";
import { PRESETS, rangeText } from "../range-text";
import type { AppliedFilter, AuditPageProps } from "../types";
import { recentDaysOf, withoutRange } from "./saved-filter";

type Props = {
  scope: AuditPageProps["scope"];
  applied: AppliedFilter;
  pending: boolean;
  timeZone: string;
  nowMs: number;
  action: FormAction;
  returnFocus: () => HTMLElement | null;
  onClose: () => void;
  onSaved: (id: string) => void;
};

/** Asks for the name of what is applied, and for whom it is. */
export function SaveViewDialog(props: Props) {
  const { scope, applied, timeZone, nowMs, action, returnFocus, onClose, onSaved } = props;
  const titleId = useId();
  const [attemptId] = useState(mintAttemptId);
  const days = recentDaysOf(applied, nowMs, timeZone);
  const [moves, setMoves] = useState(days !== null);
  const filter = days !== null && moves ? withoutRange(applied) : applied;
  const readers =
    scope.kind === "guru" ? "all who maintain this guru" : "the owner and the auditors, who read this log";
  return (
    <Modal labelledBy={titleId} returnFocus={returnFocus} onClose={onClose}>
      <ActionForm
        action={action}
        attemptId={attemptId}
        onSuccess={({ value }) => {
          onClose();
          onSaved((value as { id: string }).id);
        }}
      >
        <h2 className="dlg-head" id={titleId}>
          Save this filter as a view
        </h2>
        <div className="dlg-body">
          <ScopeFields scope={scope} />
          <input type="hidden" name="filter" value={filterToSearchParams(filter).toString()} readOnly />
          {days !== null && moves ? <input type="hidden" name="recentDays" value={days} readOnly /> : null}
          <p>{whatIsSaved(applied, props.pending)}</p>
          <div className="mt-4 text-fg">
            <TextField name="name" label="Name" maxLength={100} autoComplete="off" data-autofocus />
            {days === null ? (
              <RangeNote applied={applied} timeZone={timeZone} />
            ) : (
              <Moves days={days} since={rangeText(applied, timeZone)} moves={moves} onChange={setMoves} />
            )}
            <CheckboxField
              name="shared"
              label="Share it"
              hint={`It then shows to ${readers}. Otherwise only you see it in the menu.`}
            />
          </div>
          <p>The view, its name and its filter will be recorded in the audit log.</p>
        </div>
        <div className="dlg-foot">
          <Button onClick={onClose}>Cancel</Button>
          <SubmitButton>Save view</SubmitButton>
        </div>
      </ActionForm>
    </Modal>
  );
}

/** Which log the form is about. */
export function ScopeFields({ scope }: { scope: AuditPageProps["scope"] }) {
  return (
    <>
      <input type="hidden" name="scope" value={scope.kind} readOnly />
      {scope.kind === "guru" ? <input type="hidden" name="guru" value={scope.slug} readOnly /> : null}
    </>
  );
}

function whatIsSaved(applied: AppliedFilter, pending: boolean): string {
  const what = isEmptyFilter(applied)
    ? "No filter is applied: the view will show the whole log."
    : "The view keeps the filter that is applied now.";
  return pending ? `${what} What you chose but did not apply is not part of it.` : what;
}

function RangeNote({ applied, timeZone }: { applied: AppliedFilter; timeZone: string }) {
  if (!applied.since && !applied.until) return null;
  return (
    <p className="field-hint mb-3">
      Its dates stay as they are: {rangeText(applied, timeZone)}. Only a preset, such as Last 30 days, can
      move with today.
    </p>
  );
}

type MovesProps = { days: number; since: string; moves: boolean; onChange: (moves: boolean) => void };

function Moves({ days, since, moves, onChange }: MovesProps) {
  const preset = PRESETS.find((each) => each.days === days)?.label ?? "";
  return (
    <CheckboxField
      name="moves"
      label={`Keep “${preset}” moving with today`}
      hint={
        moves ? "Counted back from whenever the view is opened." : `Its dates stay as they are: ${since}.`
      }
      defaultChecked={moves}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}
